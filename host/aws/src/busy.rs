//! Work that keeps a thread for a while.

use tokio::runtime::{Handle, RuntimeFlavor};

/// What takes more bytes than these takes milliseconds.
const LARGE: usize = 512 * 1024;

/// Works on so many bytes. Where they are many, the thread is none of the async ones meanwhile.
pub(crate) fn work_on<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    let threads = Handle::try_current().map(|runtime| runtime.runtime_flavor());
    match threads {
        Ok(RuntimeFlavor::MultiThread) if bytes > LARGE => tokio::task::block_in_place(work),
        _ => work(),
    }
}
