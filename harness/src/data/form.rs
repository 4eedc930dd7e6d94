//! What the inputs of a net are to people: images, series of readings, or rows of a table.

use super::Dataset;
use super::augment::is_series;

/// What an input is, by its rows, columns and maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// More than one row and more than one column.
    Image,
    /// One row or one column: readings, one after the other, of as many channels as there are maps.
    Series,
    /// One place: values that stand in no order.
    Row,
}

impl Form {
    /// What inputs of this shape are.
    pub fn of([rows, columns, _]: [usize; 3]) -> Self {
        match (rows, columns) {
            (1, 1) => Self::Row,
            (rows, columns) if is_series(rows, columns) => Self::Series,
            _ => Self::Image,
        }
    }

    /// One of them: only a picture is an image.
    pub fn one(self) -> &'static str {
        if self == Self::Image { "image" } else { "sample" }
    }

    /// The same with its article.
    pub fn a(self) -> &'static str {
        if self == Self::Image { "an image" } else { "a sample" }
    }

    /// Several of them.
    pub fn many(self) -> &'static str {
        if self == Self::Image { "images" } else { "samples" }
    }

    /// How a picture of one is read.
    pub fn legend(self) -> &'static str {
        match self {
            Self::Image => "Dark is a high value.",
            Self::Series => {
                "A line for each channel, the readings from left to right, from the least value of the \
                 sample to its most; the thin line is 0."
            }
            Self::Row => {
                "The values from left to right, from the least of the sample to its most; the thin line \
                 is 0."
            }
        }
    }

    /// A shape in words: `8 x 8 x 1, images`.
    pub fn words(self, [rows, columns, maps]: [usize; 3]) -> String {
        let what = match self {
            Self::Image => "images".to_owned(),
            Self::Series => {
                let s = if maps == 1 { "" } else { "s" };
                format!("series of {} readings of {maps} channel{s}", rows.max(columns))
            }
            Self::Row => format!("rows of {maps} value{}", if maps == 1 { "" } else { "s" }),
        };
        format!("{rows} x {columns} x {maps}, {what}")
    }
}

impl Dataset {
    /// What its inputs are.
    pub fn form(&self) -> Form {
        Form::of([self.rows, self.columns, self.maps])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_have_words() {
        for (shape, words) in [
            ([8, 8, 1], "8 x 8 x 1, images"),
            ([100, 1, 6], "100 x 1 x 6, series of 100 readings of 6 channels"),
            ([1, 20, 1], "1 x 20 x 1, series of 20 readings of 1 channel"),
            ([1, 1, 4], "1 x 1 x 4, rows of 4 values"),
        ] {
            assert_eq!(Form::of(shape).words(shape), words);
        }
        assert_eq!(Form::Image.many(), "images");
        assert_eq!(Form::Series.one(), "sample");
    }
}
