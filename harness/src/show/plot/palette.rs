//! Every color of every page and picture, once.
//!
//! A page follows its reader into dark mode, so a color has two values and a name, which is a
//! variable of CSS. Colors that mean something are told apart by people with protanopia,
//! deuteranopia and tritanopia, too: a test holds each pair of a picture's colors to a difference
//! of 12 by CIEDE2000. Who adds a color adds it here, and to a picture of that test.

use std::fmt::Write as _;

/// A color of the style, by the name of its variable.
#[derive(Debug, Clone, Copy)]
pub(super) struct Color {
    pub(super) name: &'static str,
    pub(super) light: u32,
    pub(super) dark: u32,
}

const fn color(name: &'static str, light: u32, dark: u32) -> Color {
    Color { name, light, dark }
}

/// Behind everything.
pub(super) const PAGE: Color = color("page", 0xf6f7f9, 0x0f1318);
/// Behind pictures, tables and texts.
pub(super) const PAPER: Color = color("paper", 0xffffff, 0x161b21);
/// Text, and what has to be seen first.
pub(super) const INK: Color = color("ink", 0x1f2933, 0xe4e8ec);
/// Text that stands back, and axes.
pub(super) const QUIET: Color = color("quiet", 0x5b6875, 0x98a4b0);
/// Lines that only guide the eye; nothing is read from them.
pub(super) const RULE: Color = color("rule", 0xe1e5ea, 0x313a44);
/// The shadow of what lies beyond an edge.
pub(super) const SHADE: Color = color("shade", 0x8b98a5, 0x7d8b99);
/// Words of what went well, and of what did not.
pub(super) const GOOD: Color = color("good", 0x00795a, 0x35c79d);
pub(super) const BAD: Color = color("bad", 0xb84c00, 0xf08a4b);
/// Cells of what was taken for what it is, and for something else. Ink is read on both.
pub(super) const RIGHT: Color = color("right", 0x4fa3e0, 0x2368a0);
pub(super) const WRONG: Color = color("wrong", 0xee8a3a, 0xa24d12);
/// The faintest of such cells is this share of its color on paper.
pub(super) const FAINTEST: f64 = 0.4;
/// A band around a curve is this share of the curve's color on paper, and one thin curve of many
/// this: three tones of one color that are told apart.
pub(super) const BAND: f64 = 0.3;
pub(super) const THIN: f64 = 0.6;
/// Curves, and kinds of memory.
pub(super) const SERIES: [Color; 6] = [
    color("s0", 0x184e78, 0x82d0ff),
    color("s1", 0xe06400, 0xe06f29),
    color("s2", 0x009e73, 0x1fab80),
    color("s3", 0xcc79a7, 0xa06999),
    color("s4", 0x735400, 0xf0d061),
    color("s5", 0x7d5dd1, 0x8f78e0),
];

/// The ends of the ramps of pixels, which bring their own paper along and are the same by day and
/// by night: an image shall not turn into its negative.
pub(super) const RAMP_PAPER: u32 = 0xfafaf8;
pub(super) const RAMP_INK: u32 = 0x161c24;
pub(super) const RAMP_BELOW: u32 = 0x005293;
pub(super) const RAMP_ABOVE: u32 = 0xc85000;

/// Red, green and blue, from 0 to 255.
pub(super) fn parts(rgb: u32) -> [f64; 3] {
    [16, 8, 0].map(|shift| f64::from(rgb >> shift & 0xff))
}

/// The share `share` of one color, and the rest of another.
pub(super) fn mix(from: u32, to: u32, share: f64) -> u32 {
    let (from, to) = (parts(from), parts(to));
    (0..3).fold(0, |rgb, i| rgb << 8 | (from[i] + share * (to[i] - from[i])).round() as u32)
}

/// All variables, for either mode.
pub(super) fn css() -> String {
    let plain = [PAGE, PAPER, INK, QUIET, RULE, SHADE, GOOD, BAD, RIGHT, WRONG];
    let all = || plain.iter().chain(&SERIES);
    let mut css = ":root { color-scheme: light dark;".to_owned();
    for Color { name, light, .. } in all() {
        let _ = write!(css, " --{name}: #{light:06x};");
    }
    css += " }\n@media screen and (prefers-color-scheme: dark) { :root {";
    for Color { name, dark, .. } in all() {
        let _ = write!(css, " --{name}: #{dark:06x};");
    }
    css + " } }\n"
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use palette::color_difference::{Ciede2000 as _, Wcag21RelativeContrast as _};
    use palette::{IntoColor, Lab, LinSrgb, Srgb};

    use super::*;
    use crate::base::label;

    /// Less than this, and two colors are easily taken for each other.
    const APART: f32 = 12.0;

    /// What a color looks like without one kind of cone, in linear RGB: Machado, Oliveira and
    /// Fernandes, A Physiologically-based Model for Simulation of Color Vision Deficiency (2009),
    /// at severity 1.
    const EYES: [(&str, [[f32; 3]; 3]); 4] = [
        ("all cones", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        (
            "protanopia",
            [
                [0.152286, 1.052583, -0.204868],
                [0.114503, 0.786281, 0.099216],
                [-0.003882, -0.048116, 1.051998],
            ],
        ),
        (
            "deuteranopia",
            [
                [0.367322, 0.860646, -0.227968],
                [0.280085, 0.672501, 0.047413],
                [-0.011820, 0.042940, 0.968881],
            ],
        ),
        (
            "tritanopia",
            [
                [1.255528, -0.076749, -0.178779],
                [-0.078411, 0.930809, 0.147602],
                [0.004733, 0.691367, 0.303900],
            ],
        ),
    ];

    fn srgb(rgb: u32) -> Srgb<f32> {
        let [red, green, blue] = parts(rgb).map(|part| part as f32 / 255.0);
        Srgb::new(red, green, blue)
    }

    fn seen(rgb: u32, eye: &[[f32; 3]; 3]) -> Lab {
        let light: LinSrgb<f32> = srgb(rgb).into_linear();
        let light = [light.red, light.green, light.blue];
        let row = |row: &[f32; 3]| row.iter().zip(light).map(|(a, b)| a * b).sum::<f32>();
        let [red, green, blue] = [0, 1, 2].map(|i| row(&eye[i]).clamp(0.0, 1.0));
        LinSrgb::new(red, green, blue).into_color()
    }

    /// By CIEDE2000.
    fn difference(a: Lab, b: Lab) -> f32 {
        a.difference(b)
    }

    /// What each picture has beside each other, by day or by night.
    fn pictures(value: fn(&Color) -> u32) -> Vec<(&'static str, Vec<(String, u32)>)> {
        let named = |colors: &[Color]| -> Vec<_> {
            colors.iter().map(|color| (color.name.to_owned(), value(color))).collect()
        };
        let drawn: Vec<_> = [PAPER, INK, QUIET].into_iter().chain(SERIES).collect();
        let cells = [RIGHT, WRONG].into_iter().flat_map(|hue| {
            [("faint", FAINTEST), ("strong", 1.0)].map(|(tone, share)| {
                (format!("{tone} {}", hue.name), mix(value(&PAPER), value(&hue), share))
            })
        });
        let tones = SERIES[..2].iter().flat_map(|hue| {
            [("band of", BAND), ("thin", THIN), ("thick", 1.0)].map(|(tone, share)| {
                (format!("{tone} {}", hue.name), mix(value(&PAPER), value(hue), share))
            })
        });
        let ramp = [
            ("-1", RAMP_BELOW),
            ("-1/2", mix(RAMP_PAPER, RAMP_BELOW, 0.5)),
            ("0", RAMP_PAPER),
            ("1/2", mix(RAMP_PAPER, RAMP_ABOVE, 0.5)),
            ("1", RAMP_ABOVE),
        ];
        let greys = [0.0, 0.25, 0.5, 0.75, 1.0]
            .map(|share| (format!("grey {share}"), mix(RAMP_PAPER, RAMP_INK, share)));
        vec![
            ("memory", named(&drawn)),
            ("curves", named(&drawn)),
            ("curves of seeds", named(&[PAPER, INK]).into_iter().chain(tones).collect()),
            ("confusion", named(&[PAPER, INK]).into_iter().chain(cells).collect()),
            ("kernels", ramp.map(|(name, rgb)| (name.to_owned(), rgb)).into()),
            ("images", greys.into()),
            ("words", named(&[PAPER, INK, QUIET, GOOD, BAD])),
        ]
    }

    #[test]
    fn every_pair_of_colors_is_told_apart_by_every_eye() {
        let mut close = Vec::new();
        let mut least = (f32::INFINITY, String::new());
        for (mode, value) in
            [("light", (|color| color.light) as fn(&Color) -> u32), ("dark", |color| color.dark)]
        {
            for (picture, colors) in pictures(value) {
                for (eye, cones) in &EYES {
                    for (i, (one, a)) in colors.iter().enumerate() {
                        for (other, b) in &colors[i + 1..] {
                            let apart = difference(seen(*a, cones), seen(*b, cones));
                            let pair = format!("{picture}, {mode}, {eye}: {one}, {other}");
                            if apart < least.0 {
                                least = (apart, pair.clone());
                            }
                            if apart < APART {
                                close.push(format!("{pair}: {apart:.1}"));
                            }
                        }
                    }
                }
            }
        }
        println!("the closest pair: {:.1}, {}", least.0, least.1);
        assert!(close.is_empty(), "{close:#?}");
    }

    /// The difference is the one that is meant: pairs from Sharma, Wu and Dalal's table (2005), and
    /// a pair of the palette that deuteranopes took for one color.
    #[test]
    fn differences_are_those_of_the_literature() {
        for (a, b, apart) in [
            ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
            ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492),
            ([22.7233, 20.0904, -46.6940], [23.0331, 14.9730, -42.5619], 2.0373),
        ] {
            let [a, b] = [a, b].map(|[l, a, b]| Lab::new(l, a, b));
            assert!((difference(a, b) - apart).abs() < 1e-3, "{}", difference(a, b));
        }
        let deuteranopia = &EYES[2].1;
        assert!(difference(seen(0xd55e00, deuteranopia), seen(0xb07900, deuteranopia)) < 3.0);
    }

    /// 4.5 is what WCAG asks of text, 3 of what has to be seen in a picture.
    #[test]
    fn text_is_read_and_marks_are_seen() {
        for value in [(|color| color.light) as fn(&Color) -> u32, |color| color.dark] {
            let contrast = |a: u32, b: u32| srgb(a).relative_contrast(srgb(b));
            for word in [INK, QUIET, GOOD, BAD] {
                for ground in [PAPER, PAGE] {
                    let found = contrast(value(&word), value(&ground));
                    assert!(found >= 4.5, "{} on {}: {found}", word.name, ground.name);
                }
            }
            for mark in SERIES {
                let found = contrast(value(&mark), value(&PAPER));
                assert!(found >= 3.0, "{}: {found}", mark.name);
            }
            for hue in [RIGHT, WRONG] {
                for step in 0..=20 {
                    let share = FAINTEST + (1.0 - FAINTEST) * f64::from(step) / 20.0;
                    let cell = mix(value(&PAPER), value(&hue), share);
                    let found = contrast(value(&INK), cell);
                    assert!(found >= 4.5, "{} {share}: {found}", hue.name);
                }
            }
        }
    }

    /// No color is anywhere else: neither in a style nor in a picture.
    #[test]
    fn colors_stand_here_and_nowhere_else() {
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        let mut read = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                if path.ends_with("plot/palette.rs") {
                    continue;
                }
                read += 1;
                let text = std::fs::read_to_string(&path).unwrap();
                // What tests expect is no color of a picture.
                let text = text.split("#[cfg(test)]").next().unwrap();
                for (place, _) in text.match_indices('#') {
                    let digits = text[place + 1..].bytes().take_while(u8::is_ascii_hexdigit);
                    assert!(!matches!(digits.count(), 3 | 6 | 8), "{}", label::path(&path));
                }
                // Neither is a share of one.
                assert!(!text.contains("opacity:0."), "{}", label::path(&path));
                for word in ["rgb(", "rgba(", "hsl(", ": white", ": black", ":white", ":black"] {
                    let style = path.extension().is_some_and(|kind| kind == "css");
                    assert!(!(style && text.contains(word)), "{word} in {}", label::path(&path));
                }
            }
        }
        assert!(read > 50, "{read}");
    }
}
