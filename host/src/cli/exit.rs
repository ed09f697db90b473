//! What a command ends with. `main` adds 64, for a command line or a configuration that was refused.

/// Some targets answered, others did not.
pub(super) const PARTIAL: u8 = 2;

/// Stopped by Ctrl-C: 128 and the signal's number, as shells have it.
pub(super) const INTERRUPTED: u8 = 130;
