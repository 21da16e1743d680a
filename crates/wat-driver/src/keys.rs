//! Single keys from the terminal on standard input.

use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, AsRawFd, RawFd};

use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};

/// While this lives, keys arrive as they are pressed and are not shown; Ctrl-C still is the signal.
pub struct Keys {
    before: Termios,
}

impl Keys {
    /// None without a terminal on standard input.
    pub fn open() -> Option<Keys> {
        let stdin = io::stdin();
        if !stdin.is_terminal() {
            return None;
        }
        let before = tcgetattr(stdin.as_fd()).ok()?;
        let mut single = before.clone();
        single.local_modes &= !(LocalModes::ICANON | LocalModes::ECHO);
        single.special_codes[SpecialCodeIndex::VMIN] = 1;
        single.special_codes[SpecialCodeIndex::VTIME] = 0;
        // Without it, keys arrive with the next Enter.
        let _ = tcsetattr(stdin.as_fd(), OptionalActions::Now, &single);
        Some(Keys { before })
    }

    /// A descriptor that can be read when a key was pressed.
    pub fn descriptor(&self) -> RawFd {
        io::stdin().as_raw_fd()
    }

    /// The bytes of the keys that were pressed; none at the end of the input.
    pub fn pressed(&self) -> Option<Vec<u8>> {
        let mut bytes = [0; 64];
        match rustix::io::read(io::stdin().as_fd(), &mut bytes[..]) {
            Ok(0) => None,
            Ok(count) => Some(bytes[..count].to_vec()),
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => Some(Vec::new()),
            Err(_) => None,
        }
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin().as_fd(), OptionalActions::Now, &self.before);
    }
}
