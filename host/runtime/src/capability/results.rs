//! `tollgate:results/store`: tables that are too large for one answer.

use std::num::NonZero;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tokio::sync::Semaphore;
use wasmtime::component::{Accessor, HasSelf};

use super::{NO_CALL, broken};
use crate::bindings::tollgate::results::store::{Error, Host, HostWithStore, Page};
use crate::results::{self, ResultsError, Shelf};
use crate::state::State;

/// As many queries run at once as there are cores: more would only use more memory.
static QUERIES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(2, NonZero::get);
    Arc::new(Semaphore::new(cores))
});

/// How long a query waits for its place.
const PATIENCE: Duration = Duration::from_secs(20);

impl State {
    fn shelf(&self) -> Result<Shelf, Error> {
        match &self.context.scope {
            Some(scope) => Ok(scope.results.clone()),
            None => Err(Error::Other(NO_CALL.to_owned())),
        }
    }
}

impl Host for State {
    fn begin(&mut self, columns: Vec<String>) -> Result<String, Error> {
        Ok(self.shelf()?.begin(columns)?)
    }

    fn append(&mut self, handle: String, place: u32, rows: String) -> Result<(), Error> {
        Ok(self.shelf()?.append(&handle, place, &rows)?)
    }

    fn read(&mut self, handle: String, offset: u64, max_rows: u32, max_bytes: u32) -> Result<Page, Error> {
        Ok(self.shelf()?.read(&handle, offset, max_rows, bytes(max_bytes))?.into())
    }

    fn discard(&mut self, handle: String) {
        if let Ok(shelf) = self.shelf() {
            shelf.discard(&handle);
        }
    }
}

impl<T: Send> HostWithStore<T> for HasSelf<State> {
    async fn query(
        accessor: &Accessor<T, Self>,
        handle: String,
        sql: String,
        max_rows: u32,
        max_bytes: u32,
    ) -> Result<Page, Error> {
        let shelf = accessor.with(|mut access| access.get().shelf())?;
        let Ok(place) = tokio::time::timeout(PATIENCE, QUERIES.clone().acquire_owned()).await else {
            return Err(Error::Timeout("other queries are running: ask again in some seconds".to_owned()));
        };
        let place = place.map_err(|closed| Error::Other(closed.to_string()))?;
        let query = move || {
            // A thread cannot be stopped: it keeps its place to its end, which the time limit brings.
            let _place = place;
            shelf.query(&handle, &sql, max_rows, bytes(max_bytes))
        };
        let page = tokio::task::spawn_blocking(query).await;
        Ok(page.map_err(|failed| Error::Other(broken(&failed)))??.into())
    }
}

fn bytes(bytes: u32) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

impl From<results::Page> for Page {
    fn from(page: results::Page) -> Self {
        let results::Page { columns, rows, row_count, next } = page;
        Self { columns, rows, row_count, next }
    }
}

impl From<ResultsError> for Error {
    fn from(error: ResultsError) -> Self {
        let text = error.to_string();
        match error {
            ResultsError::Unknown { .. } => Self::Unknown(text),
            ResultsError::TooLarge(_) => Self::TooLarge(text),
            ResultsError::InvalidQuery(_) => Self::InvalidQuery(text),
            ResultsError::Timeout(_) => Self::Timeout(text),
            ResultsError::Other(_) => Self::Other(text),
        }
    }
}
