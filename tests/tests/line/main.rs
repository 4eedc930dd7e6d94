//! The line between desktop and device, as bad as lines are, and devices that are not where they
//! were left. The device is the firmware's own server, in a thread of the test.
//!
//! | tests | what they hold |
//! |---|---|
//! | `noise` | a line that flips, drops, doubles and delays bytes costs time, and no bit |
//! | `client` | a client in Python, written from the description, teaches a device the desktop's bits |
//! | `faults` | a line that goes away and a device that restarts, at every kind of question and every place in it, are told of, or cost time only |
//! | `readings` | a device that is sent raw readings scales them by its model, to the desktop's bits |
//! | `errors` | a port that tells of errors costs time, and nothing of what was learnt |
//! | `hostile` | a port that talks otherwise gets a sentence in time, and no endless wait |
//! | `cable` | `cpfo device` over a serial port: a model goes there, learns, comes back; nothing is replaced unasked |
//! | `claim` | a board's devices are handed out once |
//! | `slices` | a server that learns between the readings of a sensor ends where one ends that does nothing else |
//! | `session` | nothing is learnt twice, and nothing is wiped out or gone on with unawares |

#[cfg(target_os = "linux")]
mod cable;
mod claim;
mod client;
mod errors;
mod faults;
mod host;
mod hostile;
mod noise;
mod readings;
mod session;
mod slices;
