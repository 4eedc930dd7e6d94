//! What all reports share: the frame of the page, and its recurring parts.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::base::label;
use crate::show::plot::{Picture, style};

/// A name may be as long as this on a page.
const NAME: usize = 120;
/// The page may use the style and the pictures that it has in it, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// A named figure: a size, a time, a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What it is.
    pub name: String,
    /// How much it is, with its unit.
    pub value: String,
}

impl Figure {
    /// A figure with its name.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// A text from outside, fit to be shown.
pub(super) fn text(text: &str) -> String {
    label::name(text, NAME)
}

/// The whole file.
pub(super) fn page(title: &str, lead: &str, body: Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content=(concat!("cpfo ", env!("CARGO_PKG_VERSION")));
                title { (text(title)) }
                style { (PreEscaped(style())) (PreEscaped(include_str!("page.css"))) }
            }
            body {
                main {
                    header {
                        h1 { (text(title)) }
                        p.lead { (label::name(lead, 400)) }
                    }
                    (body)
                    footer { "Written by cpfo " (env!("CARGO_PKG_VERSION")) "." }
                }
            }
        }
    };
    page.into_string()
}

/// A picture and what one sees on it.
pub(super) fn picture(picture: &Picture, caption: &str) -> Markup {
    html! {
        figure {
            div.scroll tabindex="0" { (picture) }
            figcaption { (caption) }
        }
    }
}

/// What is wrong, a paragraph each.
pub(super) fn warnings(warnings: &[String]) -> Markup {
    html! {
        @for warning in warnings {
            p.verdict.unequal {
                @for (i, line) in warning.lines().enumerate() {
                    @if i > 0 { br; }
                    (label::name(line.trim(), 400))
                }
            }
        }
    }
}

/// The figures that a reader wants first.
pub(super) fn headline(figures: &[Figure]) -> Markup {
    html! {
        @if !figures.is_empty() {
            dl.figures {
                @for figure in figures {
                    div { dt { (text(&figure.name)) } dd { (text(&figure.value)) } }
                }
            }
        }
    }
}

/// Names and values below each other.
pub(super) fn list(figures: &[Figure]) -> Markup {
    html! {
        table.list {
            tbody {
                @for figure in figures {
                    tr { th scope="row" { (text(&figure.name)) } td.number { (text(&figure.value)) } }
                }
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Panics if a page could fetch anything, or shows what should have been escaped.
    pub(in crate::show::report) fn stands_alone(page: &str) {
        for door in [
            "http:", "https:", "//", "<script", "<link", "<img", "<iframe", "src=", "href=",
            "url(", "@import",
        ] {
            assert!(!page.contains(door), "{door} in the page");
        }
        assert!(page.contains(POLICY));
        // Who has no pointer scrolls by keyboard.
        let scrolling = page.matches("class=\"scroll\"").count();
        assert_eq!(scrolling, page.matches("class=\"scroll\" tabindex=\"0\"").count());
        for tag in ["section", "figure", "svg", "table", "g", "main", "body", "html"] {
            let opened = page.matches(&format!("<{tag}>")).count()
                + page.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }

    #[test]
    fn texts_are_escaped() {
        let html = page("<b>&\u{1}", "\"lead\"", list(&[Figure::new("<i>", "</td>")]));
        stands_alone(&html);
        assert!(!html.contains("<b>") && !html.contains("<i>") && !html.contains('\u{1}'));
        assert!(html.contains("&lt;b&gt;&amp;\\u{1}"));
    }
}
