//! A drawing with a description, laid out twice: for a wide page and for a narrow one.
//!
//! Text in a picture that shrinks with its page shrinks too, until nobody can read it. So a picture
//! shrinks only as far as its text stays [`LEAST`] high: a page holds both layouts and shows the one
//! for which it has room, and what is wider than its page scrolls.

use maud::{Markup, PreEscaped, Render, html};

use super::palette;
use crate::base::label;

/// Widths for which a picture is laid out. A drawing that needs more takes more.
pub(super) const WIDE: f64 = 640.0;
pub(super) const NARROW: f64 = 300.0;

/// Text is drawn as high as this, in pixels (`font-size` in `picture.css`) …
const TEXT: f64 = 12.0;
/// … and shown no lower than this.
const LEAST: f64 = 11.0;
/// A column of text is about this wide, whatever sans-serif face it is set in …
const COLUMN: f64 = 6.9;
/// … and these letters are about so much wider.
const BROAD: &str = "mwMW@%&<>+=~#→…✗";
const BROADER: f64 = 3.6;

/// What every picture's classes and colors mean; a page holds it once for all of its pictures.
pub fn style() -> String {
    palette::css() + include_str!("picture.css")
}

/// A drawing in two layouts. Shown by [`Render`] within a page that has [`style`];
/// [`Picture::to_svg`] makes a file of the wide one.
#[derive(Debug, Clone)]
pub struct Picture {
    description: String,
    wide: Drawing,
    narrow: Drawing,
}

/// One layout of a picture.
#[derive(Debug, Clone)]
pub(super) struct Drawing {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) body: Markup,
}

impl Picture {
    /// The picture of which `draw` makes a layout for a width.
    pub(super) fn new(description: impl Into<String>, draw: impl Fn(f64) -> Drawing) -> Self {
        Self { description: description.into(), wide: draw(WIDE), narrow: draw(NARROW) }
    }

    /// The picture as an SVG file, which needs nothing besides itself.
    pub fn to_svg(&self) -> String {
        let paper = html! {
            style { (PreEscaped(style())) }
            rect width="100%" height="100%" style="fill:var(--paper)" {}
        };
        self.svg(&self.wide, "picture", Some("http://www.w3.org/2000/svg"), paper).into_string()
    }

    /// In words, for those who do not see it.
    pub fn description(&self) -> &str {
        &self.description
    }

    fn svg(
        &self,
        drawing: &Drawing,
        class: &str,
        namespace: Option<&str>,
        before: Markup,
    ) -> Markup {
        let (width, height) = (drawing.width.ceil(), drawing.height.ceil());
        let view = format!("0 0 {width} {height}");
        let least = format!("--least:{}px", at(width * LEAST / TEXT));
        html! {
            svg xmlns=[namespace] class=(class) role="img" viewBox=(view)
                width=(width) height=(height) style=(least)
                aria-label=(label::name(&self.description, 300)) {
                (before)
                (drawing.body)
            }
        }
    }
}

impl Render for Picture {
    /// A page knows its pictures' namespace without being told.
    fn render(&self) -> Markup {
        let svg = |drawing, class| self.svg(drawing, class, None, html! {});
        if self.wide.width <= NARROW {
            return svg(&self.wide, "picture");
        }
        html! {
            (svg(&self.wide, "picture wide"))
            (svg(&self.narrow, "picture narrow"))
        }
    }
}

/// A coordinate to a tenth of a pixel, which is as fine as anybody sees.
pub(super) fn at(x: f64) -> f64 {
    (10.0 * x).round() / 10.0
}

/// About how many pixels a line of text takes.
pub(super) fn text_width(text: &str) -> f64 {
    let broad = text.chars().filter(|&letter| BROAD.contains(letter)).count();
    COLUMN * label::width(text) as f64 + BROADER * broad as f64
}

/// A name in at most so many columns, and in at most about so many pixels.
pub(super) fn fit(name: &str, columns: usize, pixels: f64) -> String {
    let mut cut = (1..=columns).rev().map(|columns| label::name(name, columns));
    cut.find(|name| text_width(name) <= pixels).unwrap_or_default()
}

/// A picture that says why there is nothing to see.
pub(super) fn nothing(why: &str) -> Picture {
    Picture::new(why, |_| Drawing {
        width: NARROW,
        height: 48.0,
        body: html! { text class="quiet" x="8" y="28" { (why) } },
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The SVG file of a picture as all the text that its elements hold; panics unless each layout
    /// is XML with finite numbers only, and within its frame.
    pub(in crate::show::plot) fn texts(picture: &Picture) -> Vec<String> {
        let narrow = Picture { wide: picture.narrow.clone(), ..picture.clone() };
        texts_within(&narrow);
        texts_within(picture)
    }

    fn texts_within(picture: &Picture) -> Vec<String> {
        let svg = picture.to_svg();
        let document = roxmltree::Document::parse(&svg).expect("an SVG file is XML");
        let mut texts = Vec::new();
        for node in document.descendants() {
            for attribute in node.attributes() {
                let value = attribute.value();
                let coordinates = matches!(attribute.name(), "d" | "x" | "y" | "viewBox" | "width");
                assert!(
                    !(coordinates && (value.contains("NaN") || value.contains("inf"))),
                    "{value}"
                );
                if let (true, "x" | "y", Ok(place)) =
                    (node.tag_name().name() == "text", attribute.name(), value.parse::<f64>())
                {
                    let drawing = &picture.wide;
                    let room = if attribute.name() == "x" { drawing.width } else { drawing.height };
                    assert!((-0.1..=room + 0.1).contains(&place), "{value} outside {room}: {svg}");
                }
            }
            if node.is_text() {
                texts.push(node.text().unwrap_or_default().to_owned());
            }
        }
        texts
    }

    #[test]
    fn descriptions_are_escaped() {
        let svg = Picture::new("a < b & \"c\" \u{1}", |width| Drawing {
            width,
            height: 10.0,
            body: html! {},
        });
        let svg = svg.to_svg();
        assert!(svg.contains("a &lt; b &amp; &quot;c&quot; \\u{1}"), "{svg}");
    }

    #[test]
    fn names_are_cut_to_the_room_that_there_is() {
        assert_eq!(fit("seven", 9, 90.0), "seven");
        assert_eq!(fit("seventeen", 5, 90.0), "seve…");
        assert_eq!(fit("<<<<<<<<", 9, 60.0), "<<<<…");
        assert_eq!(fit("seven", 9, 2.0), "");
    }

    #[test]
    fn a_page_holds_both_layouts_where_they_differ() {
        let picture = |width: fn(f64) -> f64| {
            let draw = |room| Drawing { width: width(room), height: 10.0, body: html! {} };
            Picture::new("d", draw).render().into_string()
        };
        let both = picture(|room| room);
        assert!(both.contains("picture wide") && both.contains("picture narrow"), "{both}");
        assert!(both.contains("--least:275px") && both.contains("--least:586.7px"), "{both}");
        assert_eq!(picture(|_| 120.0).matches("<svg ").count(), 1);
    }

    /// One place for the size of text: `picture.css` has the one that is reckoned with here.
    #[test]
    fn the_style_has_text_as_high_as_is_reckoned_with() {
        let css = include_str!("picture.css");
        let sizes: Vec<_> = css.split("font-size: ").skip(1).collect();
        let sizes: Vec<_> = sizes.iter().filter_map(|rest| rest.split("px").next()).collect();
        assert_eq!(sizes, [TEXT.to_string()]);
    }
}
