//! An array: its header, and its elements one after the other, the last size running fastest.

use anyhow::{Context as _, Result, bail, ensure};

use super::header::{Header, product};

/// The elements of an array, still as bytes.
#[derive(Debug)]
pub(super) struct Array<'a> {
    kind: String,
    pub(super) shape: Vec<usize>,
    elements: &'a [u8],
}

impl<'a> Array<'a> {
    /// Believes a header as far as the bytes bear it out.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self> {
        let Header { kind, shape, end } = Header::parse(bytes)?;
        let elements = &bytes[end..];
        let size = size(&kind)?;
        let length = shape.iter().try_fold(size, |length, &size| length.checked_mul(size));
        ensure!(
            length == Some(elements.len()),
            "its header says {} elements of {size} bytes, but {} bytes are there: it is cut off or damaged",
            product(&shape),
            elements.len()
        );
        Ok(Self { kind, shape, elements })
    }

    /// The values of samples.
    pub(super) fn samples(&self) -> Result<Vec<f32>> {
        let little = !self.kind.starts_with('>');
        let values: Vec<f32> = match &self.kind[1..] {
            "u1" => self.elements.iter().map(|&byte| byte.into()).collect(),
            "i2" => self.each(little, i16::from_le_bytes, f32::from),
            "f4" => self.each(little, f32::from_le_bytes, |value| value),
            "f8" => self.each(little, f64::from_le_bytes, |value| value as f32),
            _ => bail!(
                "its elements are of the type '{}': write the samples as u1, i2, f4 or f8, with \
                 ARRAY.astype('float32')",
                self.kind.escape_debug()
            ),
        };
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            let sample = at / (values.len() / self.shape[0]);
            bail!(
                "sample {sample} (counted from 0) has a value that is not finite: clean the data first"
            );
        }
        Ok(values)
    }

    /// Hands on each label with its place, as a text.
    pub(super) fn labels(&self, mut take: impl FnMut(usize, &str) -> Result<()>) -> Result<()> {
        for (place, bytes) in self.elements.chunks_exact(size(&self.kind)?).enumerate() {
            let text =
                self.text(bytes).with_context(|| format!("label {place} (counted from 0)"))?;
            take(place, &text)?;
        }
        Ok(())
    }

    /// An element as people write it.
    fn text(&self, bytes: &[u8]) -> Result<String> {
        let mut bytes = bytes.to_vec();
        let (order, kind) = self.kind.split_at(1);
        if let Some(letters) = kind.strip_prefix('U') {
            return letters_of(&bytes, order == ">")
                .with_context(|| format!("a name of {letters} letters"));
        }
        if order == ">" {
            bytes.reverse();
        }
        let mut wide = [0; 8];
        wide[..bytes.len()].copy_from_slice(&bytes);
        let word = u64::from_le_bytes(wide);
        // What is signed and below 0 is so in all the bits above, too.
        let unused = 64 - 8 * bytes.len() as u32;
        let signed = ((word << unused) as i64) >> unused;
        Ok(match kind {
            "f4" => f32::from_bits(word as u32).to_string(),
            "f8" => f64::from_bits(word).to_string(),
            _ if kind.starts_with('i') => signed.to_string(),
            _ => word.to_string(),
        })
    }

    fn each<const BYTES: usize, T>(
        &self,
        little: bool,
        read: fn([u8; BYTES]) -> T,
        value: fn(T) -> f32,
    ) -> Vec<f32> {
        let (elements, _) = self.elements.as_chunks::<BYTES>();
        let element = |bytes: &[u8; BYTES]| {
            let mut bytes = *bytes;
            if !little {
                bytes.reverse();
            }
            value(read(bytes))
        };
        elements.iter().map(element).collect()
    }
}

/// How many bytes an element takes.
fn size(kind: &str) -> Result<usize> {
    let unknown = || {
        format!(
            "its elements are of the type '{}', which is not read: samples are u1, i2, f4 or f8, labels \
             whole numbers or names (U); convert them with ARRAY.astype(…)",
            kind.escape_debug()
        )
    };
    let known = kind.is_ascii() && kind.starts_with(['<', '>', '|', '=']) && kind.len() > 1;
    ensure!(known, unknown());
    match &kind[1..] {
        "b1" | "u1" | "i1" => Ok(1),
        "u2" | "i2" => Ok(2),
        "u4" | "i4" | "f4" => Ok(4),
        "u8" | "i8" | "f8" => Ok(8),
        other => {
            let letters = other.strip_prefix('U').and_then(|letters| letters.parse::<usize>().ok());
            letters
                .and_then(|letters| letters.checked_mul(4))
                .filter(|&size| size > 0)
                .with_context(unknown)
        }
    }
}

/// A name: letters of four bytes each, zeros behind it.
fn letters_of(bytes: &[u8], big: bool) -> Result<String> {
    let (letters, _) = bytes.as_chunks::<4>();
    let number =
        |bytes: &[u8; 4]| if big { u32::from_be_bytes(*bytes) } else { u32::from_le_bytes(*bytes) };
    let letters = letters.iter().map(number).take_while(|&letter| letter != 0).map(char::from_u32);
    let name: Option<String> = letters.collect();
    name.context("it holds what is no letter: it is damaged")
}

#[cfg(test)]
mod tests {
    use super::super::header::tests::npy;
    use super::*;

    fn array(kind: &str, shape: &str, elements: &[u8]) -> Vec<u8> {
        npy(
            &format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n"),
            elements,
        )
    }

    fn samples(kind: &str, elements: &[u8]) -> Result<Vec<f32>> {
        let size = size(kind)?;
        Array::parse(&array(kind, &format!("(1, {})", elements.len() / size), elements))?.samples()
    }

    fn labels(kind: &str, elements: &[u8]) -> Result<Vec<String>> {
        let size = size(kind)?;
        let mut all = Vec::new();
        let bytes = array(kind, &format!("({},)", elements.len() / size), elements);
        Array::parse(&bytes)?.labels(|_, text| {
            all.push(text.to_owned());
            Ok(())
        })?;
        Ok(all)
    }

    #[test]
    fn samples_of_every_type() {
        assert_eq!(samples("|u1", &[0, 255]).unwrap(), [0.0, 255.0]);
        assert_eq!(samples("<i2", &[254, 255, 1, 0]).unwrap(), [-2.0, 1.0]);
        assert_eq!(samples(">i2", &[255, 254, 0, 1]).unwrap(), [-2.0, 1.0]);
        assert_eq!(samples("<f4", &1.5_f32.to_le_bytes()).unwrap(), [1.5]);
        assert_eq!(samples("<f8", &(-2.5_f64).to_le_bytes()).unwrap(), [-2.5]);
        assert_eq!(samples(">f8", &(-2.5_f64).to_be_bytes()).unwrap(), [-2.5]);
        for kind in ["<i8", "<c8", "|b1", "|O", "<M8[ns]", "", "x", "<U3", "<é4"] {
            let said = samples(kind, &[0; 24]).unwrap_err().to_string();
            assert!(said.contains("astype"), "{kind}: {said}");
        }
        for value in [f64::NAN, 1e300] {
            assert!(
                samples("<f8", &value.to_le_bytes())
                    .unwrap_err()
                    .to_string()
                    .contains("not finite")
            );
        }
    }

    #[test]
    fn labels_of_every_type() {
        assert_eq!(labels("<i8", &[3, 0, 0, 0, 0, 0, 0, 0]).unwrap(), ["3"]);
        assert_eq!(labels(">i4", &[255, 255, 255, 255]).unwrap(), ["-1"]);
        assert_eq!(labels("|u1", &[7, 200]).unwrap(), ["7", "200"]);
        assert_eq!(labels("|i1", &[255]).unwrap(), ["-1"]);
        assert_eq!(labels("<f4", &2_f32.to_le_bytes()).unwrap(), ["2"]);
        let name: Vec<u8> =
            ['t', 'é', '\0'].iter().flat_map(|&c| (c as u32).to_le_bytes()).collect();
        assert_eq!(labels("<U3", &name).unwrap(), ["té"]);
        assert!(labels("<U1", &[255; 4]).is_err());
    }

    #[test]
    fn a_lying_header_costs_nothing() {
        for shape in
            ["(3, 4)", "(1, 1)", "(18446744073709551615, 18446744073709551615)", "(9999999999, 2)"]
        {
            let error = Array::parse(&array("<f4", shape, &[0; 8])).unwrap_err().to_string();
            assert!(error.contains("8 bytes are there"), "{shape}: {error}");
        }
        assert!(Array::parse(&array("<U99999999999999999999", "(1,)", &[])).is_err());
    }
}
