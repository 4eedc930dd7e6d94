//! The header of an array: a dictionary as Python writes it, of three keys.
//!
//! ```text
//! \x93NUMPY  01 00  76 00  {'descr': '<f4', 'fortran_order': False, 'shape': (2, 8, 8), }  ..  \n
//!            version length
//! ```

use anyhow::{Context as _, Result, bail, ensure};

use crate::base::label;

const MAGIC: &[u8] = b"\x93NUMPY";
/// No header of an array of numbers is longer.
const LONGEST: usize = 1 << 14;

/// What a header says.
#[derive(Debug, PartialEq)]
pub(super) struct Header {
    /// The type of an element: `<f4`.
    pub(super) kind: String,
    /// None is 0.
    pub(super) shape: Vec<usize>,
    /// Where the elements begin.
    pub(super) end: usize,
}

impl Header {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        let cut = "it ends within the header: write it again";
        let rest = bytes.strip_prefix(MAGIC).context(
            "it does not begin as an array of NumPy does: write it with numpy.save(FILE, ARRAY)",
        )?;
        let (length, start) = match *rest {
            [1, _, low, high, ..] => (usize::from(u16::from_le_bytes([low, high])), 4),
            [2 | 3, _, a, b, c, d, ..] => (u32::from_le_bytes([a, b, c, d]) as usize, 6),
            [version, ..] if !(1..=3).contains(&version) => {
                bail!("it is of version {version} of the format, known are 1 to 3")
            }
            _ => bail!(cut),
        };
        ensure!(
            length <= LONGEST,
            "its header is {length} bytes long: it is damaged, or no array of numbers"
        );
        let text = rest.get(start..start + length).context(cut)?;
        let text = std::str::from_utf8(text).context("its header is no text: it is damaged")?;
        let (kind, shape) = dictionary(text)
            .with_context(|| format!("its header is {}", label::escaped(text.trim())))?;
        Ok(Self { kind, shape, end: MAGIC.len() + start + length })
    }
}

/// The type and the sizes that a dictionary tells.
fn dictionary(text: &str) -> Result<(String, Vec<usize>)> {
    let value = |key: &str| {
        let found = ['\'', '"'].iter().find_map(|quote| {
            text.split_once(&format!("{quote}{key}{quote}"))?.1.trim_start().strip_prefix(':')
        });
        found
            .map(str::trim_start)
            .with_context(|| format!("it does not tell '{key}': it is damaged"))
    };
    let order = value("fortran_order")?;
    ensure!(
        !order.starts_with("True"),
        "the array lies column after column (Fortran order): write numpy.ascontiguousarray(ARRAY)"
    );
    ensure!(order.starts_with("False"), "its order is neither True nor False: it is damaged");
    let kind = value("descr")?;
    let quote = kind.chars().next().filter(|&c| c == '\'' || c == '"').context(
        "its elements are records of several values: write an array of one type of numbers",
    )?;
    let (kind, _) = kind[1..].split_once(quote).context("its type has no end: it is damaged")?;
    let shape = value("shape")?.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    let (shape, _) = shape.context("its shape is no list of sizes: it is damaged")?;
    let sizes = shape.split(',').map(str::trim).filter(|size| !size.is_empty());
    let sizes: Option<Vec<usize>> = sizes.map(|size| size.parse().ok()).collect();
    let sizes = sizes.context("its shape is no list of sizes: it is damaged")?;
    ensure!(!sizes.is_empty(), "it is one number, no array of samples");
    ensure!(!sizes.contains(&0), "its shape is {}: there is nothing in it", product(&sizes));
    Ok((kind.to_owned(), sizes))
}

/// Sizes as people write them: `60000 x 28 x 28`.
pub(super) fn product(sizes: &[usize]) -> String {
    sizes.iter().map(usize::to_string).collect::<Vec<_>>().join(" x ")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A file with this header and these elements.
    pub(in crate::data::numpy) fn npy(dictionary: &str, elements: &[u8]) -> Vec<u8> {
        let length = dictionary.len() as u16;
        [MAGIC, &[1, 0], &length.to_le_bytes(), dictionary.as_bytes(), elements].concat()
    }

    fn error(dictionary: &str) -> String {
        format!("{:#}", Header::parse(&npy(dictionary, &[])).unwrap_err())
    }

    #[test]
    fn as_numpy_writes_it() {
        let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 8, 8), }     \n";
        let header = Header::parse(&npy(text, &[1, 2])).unwrap();
        assert_eq!(
            header,
            Header { kind: "<f4".into(), shape: vec![2, 8, 8], end: 10 + text.len() }
        );
        let one = "{\"shape\": (7,), \"fortran_order\": False, \"descr\": \"|u1\"}";
        assert_eq!(Header::parse(&npy(one, &[])).unwrap().shape, [7]);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let with = |order: &str, shape: &str| {
            error(&format!("{{'descr': '<f4', 'fortran_order': {order}, 'shape': {shape}, }}"))
        };
        assert!(with("True", "(2, 3)").contains("numpy.ascontiguousarray"));
        assert!(with("maybe", "(2, 3)").contains("neither True nor False"));
        assert!(with("False", "(2, -3)").contains("no list of sizes"));
        assert!(with("False", "(2, 99999999999999999999999)").contains("no list of sizes"));
        assert!(with("False", "()").contains("one number"));
        assert!(with("False", "(2, 0)").contains("nothing in it"));
        assert!(
            error("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}")
                .contains("records")
        );
        assert!(error("{}").contains("does not tell"));
    }

    #[test]
    fn every_cut_is_noticed() {
        let whole = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", &[]);
        for end in 0..whole.len() {
            assert!(Header::parse(&whole[..end]).is_err(), "cut at {end}");
        }
        let huge = [MAGIC, &[2, 0, 255, 255, 255, 255]].concat();
        assert!(Header::parse(&huge).unwrap_err().to_string().contains("4294967295 bytes long"));
        let newer = [MAGIC, &[4, 0, 9, 9]].concat();
        assert!(Header::parse(&newer).unwrap_err().to_string().contains("of version 4"));
        assert!(Header::parse(b"PK\x03\x04").unwrap_err().to_string().contains("numpy.save"));
    }
}
