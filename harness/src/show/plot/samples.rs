//! The first samples of each class: a line for each class, images as pictures and series as curves.

use maud::html;

use super::image::Image;
use super::picture::{Drawing, Picture, at, fit, nothing};

/// Room for the names of classes.
const LEFT: f64 = 96.0;
const TILE: f64 = 64.0;
const GAP: f64 = 10.0;
/// Columns for a name.
const NAME: usize = 14;

/// Some samples of a class.
#[derive(Debug, Clone)]
pub struct Group {
    /// The name of the class.
    pub name: String,
    /// The samples.
    pub images: Vec<Image>,
}

/// Draws groups below each other, in each as many samples as there is room for.
pub fn samples(groups: &[Group]) -> Picture {
    let most = groups.iter().map(|group| group.images.len()).max().unwrap_or(0);
    if most == 0 {
        return nothing("No samples to draw.");
    }
    let description = format!("The first samples of {} classes.", groups.len());
    Picture::new(description, |room| {
        let across = (((room - LEFT + GAP) / (TILE + GAP)) as usize).clamp(1, most);
        Drawing {
            width: LEFT + across as f64 * (TILE + GAP) - GAP + 2.0,
            height: groups.len() as f64 * (TILE + GAP) - GAP + 4.0,
            body: html! {
                @for (line, group) in groups.iter().enumerate() {
                    @let y = line as f64 * (TILE + GAP) + 2.0;
                    text class="end" x=(LEFT - 10.0) y=(at(y + TILE / 2.0 + 4.0)) {
                        (fit(&group.name, NAME, LEFT - 14.0))
                    }
                    @for (place, image) in group.images.iter().take(across).enumerate() {
                        (image.draw((LEFT + place as f64 * (TILE + GAP), y), TILE))
                    }
                }
            },
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::picture::tests::texts;
    use super::*;

    fn group(name: &str, count: usize, [rows, columns, maps]: [usize; 3]) -> Group {
        let pixels = (0..rows * columns * maps).map(|i| i as f32).collect();
        let image = Image { rows, columns, maps, pixels };
        Group { name: name.into(), images: vec![image; count] }
    }

    #[test]
    fn each_class_has_a_line() {
        let picture = samples(&[group("<rest>", 9, [8, 8, 1]), group("tap", 2, [8, 8, 1])]);
        let texts = texts(&picture);
        assert!(texts.contains(&"<rest>".into()) && texts.contains(&"tap".into()), "{texts:?}");
        assert_eq!(picture.to_svg().matches("class=\"pixels\"").count(), 7 + 2);
    }

    #[test]
    fn series_are_curves() {
        let svg = samples(&[group("tap", 1, [100, 1, 6])]).to_svg();
        assert_eq!(svg.matches("class=\"curve\"").count(), 6);
        assert!(!svg.contains("class=\"pixels\""));
    }

    #[test]
    fn none_and_odd_ones() {
        assert!(texts(&samples(&[])).concat().ends_with("No samples to draw."));
        texts(&samples(&[group("a", 0, [1, 1, 1]), group("&", 40, [1, 1, 1])]));
        texts(&samples(&vec![group("a class with a long name", 3, [1, 1, 4]); 40]));
    }
}
