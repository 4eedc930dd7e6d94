//! What this program starts dies with it, however it dies: an emulator that nobody asks any more
//! would run for ever.
//!
//! Who is killed can do nothing about it, so the system has to. Linux kills a child whose parent has
//! died, if the child asked for it; what the child becomes (cargo becomes the emulator) keeps the
//! wish. Other systems know no such wish: there an emulator ends when this program ends by itself,
//! be it by Ctrl-C, and is left behind by `kill -9` alone.

use std::process::Command;

/// A command whose process is killed when this one dies, and at the latest when the *thread* ends
/// that starts it: so wait for it there.
#[cfg(target_os = "linux")]
pub fn bound(command: &mut Command) -> &mut Command {
    use std::io::{Error, ErrorKind};
    use std::os::unix::process::CommandExt as _;

    let parent = std::process::id();
    let ask = move || {
        // SAFETY: two calls of the system, which read no memory and write none.
        let (refused, above) =
            unsafe { (libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) != 0, libc::getppid()) };
        if refused {
            return Err(Error::last_os_error());
        }
        // Died before the child could ask.
        if above.cast_unsigned() != parent {
            return Err(ErrorKind::BrokenPipe.into());
        }
        Ok(())
    };
    // SAFETY: between fork and exec `ask` does nothing but the two calls: it takes no lock and no
    // memory from the heap.
    unsafe { command.pre_exec(ask) }
}

/// A command whose process ends by itself.
#[cfg(not(target_os = "linux"))]
pub fn bound(command: &mut Command) -> &mut Command {
    command
}

/// A command whose process does not hear of Ctrl-C in the terminal: this program does, and has
/// something to ask it before it ends.
pub fn in_the_background(command: &mut Command) -> &mut Command {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    command
}
