//! What can happen to a file: a bit, a byte, a cut, a piece twice, a piece too many, another number.
//! The n-th change of a file is always the same one.

use cpfo_harness::model::Tensor;
use cpfo_harness::model::sealed;

use crate::draw::Draw;

/// Bytes with one to four changes.
pub(crate) fn changed(bytes: &[u8], change: u64) -> Vec<u8> {
    let draw = &mut Draw::new(change);
    // Damage that its checksum tells goes no further; what somebody wrote so has a right one.
    if let Some(sealed) = draw.once_in(2).then(|| sealed_anew(bytes, draw)).flatten() {
        return sealed;
    }
    let mut bytes = bytes.to_vec();
    for _ in 0..1 + draw.below(4) {
        damage(&mut bytes, draw);
    }
    bytes
}

fn damage(bytes: &mut Vec<u8>, draw: &mut Draw) {
    if bytes.is_empty() {
        bytes.push(draw.next() as u8);
        return;
    }
    let at = draw.below(bytes.len());
    match draw.below(8) {
        0 => bytes[at] ^= 1 << draw.below(8),
        1 => bytes[at] = *draw.one(&[0, 1, 0x1b, b'"', b'\n', b'-', b'9', 0x7f, 0x80, 0xff]),
        2 => bytes.truncate(at),
        3 => drop(bytes.splice(at..at, draw.next().to_le_bytes())),
        4 => drop(bytes.drain(at..(at + 1 + draw.below(16)).min(bytes.len()))),
        5 => bytes.extend_from_within(at..),
        _ => number(bytes, at, draw),
    }
}

/// Writes another number in place of the next one that stands there as text.
fn number(bytes: &mut Vec<u8>, at: usize, draw: &mut Draw) {
    let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|place| at + place)
    else {
        return;
    };
    let digits = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.');
    let end = start + digits.count();
    let number = *draw.one(&[
        "0",
        "-1",
        "1e30",
        "-1e30",
        "1e999",
        "NaN",
        "null",
        "65536",
        "4294967295",
        "4294967296",
        "18446744073709551615",
        "18446744073709551616",
        "0.5",
        "1e-45",
        "\"x\"",
    ]);
    drop(bytes.splice(start..end, number.bytes()));
}

/// A model or checkpoint that says something else and has a checksum of that.
fn sealed_anew(bytes: &[u8], draw: &mut Draw) -> Option<Vec<u8>> {
    let file = sealed::parse(bytes).ok()?;
    let mut about = file.about.clone();
    let mut names: Vec<_> = about.keys().cloned().collect();
    let tensors = file.tensors.tensors().into_iter();
    let mut tensors: std::collections::BTreeMap<_, _> = tensors
        .map(|(name, tensor)| {
            let (words, _) = tensor.data().as_chunks::<4>();
            let numbers = words.iter().map(|&word| f32::from_le_bytes(word)).collect();
            (name, (tensor.shape().to_vec(), numbers))
        })
        .collect::<std::collections::BTreeMap<String, (Vec<usize>, Vec<f32>)>>();
    for _ in 0..1 + draw.below(2) {
        names.sort();
        let name = draw.one(&names).clone();
        match draw.below(8) {
            0 => drop(about.remove(&name)),
            1 => drop(about.insert((*draw.one(&["progress", "kept epoch", "x"])).into(), name)),
            2 => {
                let names: Vec<_> = tensors.keys().cloned().collect();
                let (_, numbers) = tensors.get_mut(draw.one(&names))?;
                if let Some(at) = numbers.len().checked_sub(1).map(|last| draw.below(last + 1)) {
                    numbers[at] = *draw.one(&[0.0, 1e30, f32::NAN, f32::INFINITY, 1e-45, -3e38]);
                }
            }
            3 => {
                let names: Vec<_> = tensors.keys().cloned().collect();
                let tensor = tensors.remove(draw.one(&names))?;
                tensors.insert((*draw.one(&["good", "best", "parameters", "x"])).into(), tensor);
            }
            _ => {
                let mut text = about.get(&name).cloned().unwrap_or_default().into_bytes();
                let at = draw.below(text.len().max(1)).min(text.len());
                if draw.once_in(3) {
                    damage(&mut text, draw)
                } else {
                    number(&mut text, at, draw)
                }
                about.insert(name, String::from_utf8_lossy(&text).into_owned());
            }
        }
    }
    let tensors = tensors
        .into_iter()
        .map(|(name, (shape, numbers))| (name, Tensor::new(shape, &numbers)))
        .collect();
    sealed::emit(&tensors, &about).ok()
}
