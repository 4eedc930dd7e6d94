//! Ctrl-C and its kind. The first asks the work to come to a good end; a second Ctrl-C ends it at
//! once.
//!
//! `SIGTERM` is what systems and schedulers send, `SIGHUP` comes when the terminal goes away. Both
//! often come twice for one reason (from a shell and from the kernel, from `timeout` to the process
//! and to its group), so a second one of those is no impatience. Who was started with `SIGHUP`
//! ignored, by `nohup`, goes on ignoring it.
//!
//! Only work that looks at [`requested`] listens: any other is ended by a signal as by default.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::Context as _;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// What a program says that was ended by Ctrl-C: 128 and the number of the signal.
const BY_CONTROL_C: u8 = 130;
/// The same for `SIGTERM`, and for a terminal that went away.
const BY_TERMINATION: u8 = 143;

static REQUESTED: AtomicBool = AtomicBool::new(false);
static SIGNAL: AtomicUsize = AtomicUsize::new(0);

/// From now on a signal is a request.
///
/// # Errors
/// If the system does not let a program listen.
pub fn listen() -> anyhow::Result<()> {
    let ends = || flag::register_conditional_shutdown(SIGINT, BY_CONTROL_C.into(), &REQUESTED);
    let asks = |signal| {
        flag::register_usize(signal, &SIGNAL, signal as usize)?;
        flag::register(signal, &REQUESTED)
    };
    // What was registered first is done first: only a second Ctrl-C finds a request.
    let mut done = ends().and_then(|_| asks(SIGINT)).and_then(|_| asks(SIGTERM));
    #[cfg(unix)]
    if !hangup_is_ignored() {
        done = done.and_then(|_| asks(signal_hook::consts::SIGHUP));
    }
    done.map(drop).context("cannot listen to Ctrl-C")
}

#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let mut now = std::mem::MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: no action is given, so none is set; the present one is written to `now`, which has
    // room for it and is read only if that went well.
    unsafe {
        libc::sigaction(libc::SIGHUP, std::ptr::null(), now.as_mut_ptr()) == 0
            && now.assume_init().sa_sigaction == libc::SIG_IGN
    }
}

/// Whether somebody asked for an end.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// For work that leaves nothing: goes on, or ends with [`Stopped`].
///
/// # Errors
/// If somebody asked for an end.
pub fn check() -> Result<(), Stopped> {
    if requested() { Err(Stopped) } else { Ok(()) }
}

/// What a program says that was asked to end; as by Ctrl-C if nobody asked.
pub fn exit_code() -> ExitCode {
    let asked = SIGNAL.load(Ordering::SeqCst);
    ExitCode::from(if asked == 0 || asked == SIGINT as usize {
        BY_CONTROL_C
    } else {
        BY_TERMINATION
    })
}

/// The end that somebody asked for, as an error: [`main`](crate::main()) answers with
/// [`exit_code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let asked = SIGNAL.load(Ordering::SeqCst);
        f.write_str(match asked {
            _ if asked == SIGTERM as usize => "stopped by SIGTERM",
            #[cfg(unix)]
            _ if asked == signal_hook::consts::SIGHUP as usize => {
                "stopped when the terminal went away"
            }
            _ => "stopped by Ctrl-C",
        })
    }
}

impl Error for Stopped {}
