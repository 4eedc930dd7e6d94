//! Which nets are legal, and what the compiler says of one that is not.
//!
//! [`net!`](crate::net!) calls these functions at compile time, for each layer: their panics are
//! compile errors. `layer` is the layer's name, and the sizes are rows, columns and maps.

use crate::message::Message;
use crate::topology::{Kind, may_follow};

/// The input of a net.
///
/// # Panics
/// At compile time, if it has no pixels.
#[track_caller]
pub const fn input(net: &str, [rows, columns, maps]: [usize; 3]) {
    if rows == 0 || columns == 0 || maps == 0 {
        let message = Message::new().text("net ").text(net).text(": its input of ");
        let message = message.size(rows, columns).text(" x ").number(maps);
        panic!("{}", message.text(" has no pixels").as_str());
    }
}

/// A convolution of `input` by kernels of `rows` and `columns`.
///
/// # Panics
/// At compile time, if there are no maps, or the kernel is empty or larger than its input.
#[track_caller]
pub const fn convolution(layer: &str, input: [usize; 3], maps: usize, kernel: [usize; 2]) {
    if maps == 0 {
        panic!("{}", of(layer).text("a convolution makes 1 map at least").as_str());
    }
    let [rows, columns] = kernel;
    if rows == 0 || columns == 0 {
        let message = of(layer).text("a kernel of ").size(rows, columns).text(" has no taps");
        panic!("{}", message.as_str());
    }
    if (rows > input[0] || columns > input[1]) && !is_empty(input) {
        let message = of(layer).text("its kernel of ").size(rows, columns);
        let message = message.text(" is larger than the maps of ").size(input[0], input[1]);
        panic!("{}", message.text(" it slides over").as_str());
    }
}

/// A pooling layer of `input` by windows of `rows` and `columns`.
///
/// # Panics
/// At compile time, if the window is empty, leaves a remainder, or has more than 256 places.
#[track_caller]
pub const fn pooling(layer: &str, input: [usize; 3], window: [usize; 2]) {
    let [rows, columns] = window;
    if rows == 0 || columns == 0 {
        let message = of(layer).text("a window of ").size(rows, columns).text(" has no places");
        panic!("{}", message.as_str());
    }
    if !input[0].is_multiple_of(rows) || !input[1].is_multiple_of(columns) {
        let message = of(layer).text("its windows of ").size(rows, columns);
        let message = message.text(" do not tile the maps of ").size(input[0], input[1]);
        let message = match (input[0] % rows, input[1] % columns) {
            (0, rest) => message.text(": they leave ").number(rest).text(" of the columns"),
            (rest, 0) => message.text(": they leave ").number(rest).text(" of the rows"),
            (r, c) => {
                let message = message.text(": they leave ").number(r).text(" of the rows and ");
                message.number(c).text(" of the columns")
            }
        };
        panic!("{}", message.as_str());
    }
    if rows * columns > 256 {
        let message = of(layer).text("its windows of ").size(rows, columns).text(" have ");
        panic!("{}", message.number(rows * columns).text(" places; 256 is most").as_str());
    }
}

/// A fully-connected layer.
///
/// # Panics
/// At compile time, if it has no units.
#[track_caller]
pub const fn fully_connected(layer: &str, units: usize) {
    if units == 0 {
        panic!("{}", of(layer).text("a fully-connected layer has 1 unit at least").as_str());
    }
}

/// An output.
///
/// # Panics
/// At compile time, if there are fewer than two classes: with one, every answer is the same.
#[track_caller]
pub const fn output(layer: &str, classes: usize) {
    if classes < 2 {
        let message = of(layer).text("an output of ").number(classes);
        let message = message.text(" tells nothing apart: for yes or no, give it 2 classes");
        panic!("{}", message.as_str());
    }
}

/// The order of a net's layers.
///
/// # Panics
/// At compile time, if a layer may not follow the one before it, or the last is not an output. The
/// message names the first such layer.
#[track_caller]
pub const fn order(layers: &[(&str, Kind)]) {
    let mut i = 0;
    while i < layers.len() {
        let (layer, kind) = layers[i];
        if i + 1 == layers.len() {
            if !matches!(kind, Kind::Output) {
                let message = Message::new().text("the net ends with layer ").text(layer);
                let message = message.text(", and not with an output: add a last line such as ");
                let message = message.text("`O").number(i + 2);
                panic!("{}", message.text(" = Output(10, SoftmaxCrossEntropy);`").as_str());
            }
        } else if !may_follow(kind, layers[i + 1].1) {
            let message = Message::new().text("layer ").text(layers[i + 1].0);
            let message = message.text(" cannot follow ").text(layer).text(": ");
            panic!("{}", message.text(after(kind)).as_str());
        }
        i += 1;
    }
}

/// Whether no pixel is left of the maps: the layer that left none has been named already.
const fn is_empty([rows, columns, _]: [usize; 3]) -> bool {
    rows == 0 || columns == 0
}

const fn of(layer: &str) -> Message {
    Message::new().text("layer ").text(layer).text(": ")
}

/// What may come after a layer, in words.
const fn after(kind: Kind) -> &'static str {
    match kind {
        Kind::Convolution => "any layer may follow a convolution",
        Kind::Pooling => {
            "pooling is followed by a convolution, a fully-connected layer or the output"
        }
        Kind::FullyConnected => {
            "a fully-connected layer is followed by another one or by the output"
        }
        Kind::Output => "an output ends the net",
    }
}
