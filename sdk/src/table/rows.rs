//! What one target answers.

use crate::aws;

/// What one target, or one account, answers in a [`sweep`](crate::sweep): rows, whether AWS has
/// more, and what failed beside.
///
/// A `Vec` of rows becomes it by itself, and so does an [`aws::Response`] that holds one.
///
/// ```
/// use tollgate_sdk::{Rows, aws};
///
/// let mut rows = Rows::from(vec!["bucket-1"]);
/// rows.push("bucket-2");
/// rows.fail(aws::Error::Timeout("no answer within 10 s".into()).context("bucket-2"));
/// ```
#[derive(Clone, Debug)]
pub struct Rows<R> {
    pub(crate) rows: Vec<R>,
    pub(super) truncated: bool,
    pub(crate) errors: Vec<aws::Error>,
}

impl<R> Rows<R> {
    /// Several answers of one target as one: of a list for each kind of thing. What failed becomes a
    /// gap beside the rows of the others.
    ///
    /// ```
    /// use tollgate_sdk::{Rows, aws};
    ///
    /// let down = || aws::Error::Timeout("no answer within 10 s".into());
    /// assert!(Rows::merge([Ok(vec!["volume-1"]), Err(down())]).is_ok());
    /// assert_eq!(Rows::<&str>::merge([Err::<Vec<_>, _>(down()), Err(down())]).unwrap_err(), down());
    /// ```
    ///
    /// # Errors
    /// The first, where all failed.
    pub fn merge<O: Into<Self>>(
        answers: impl IntoIterator<Item = Result<O, aws::Error>>,
    ) -> Result<Self, aws::Error> {
        let (mut merged, mut answered) = (Self::default(), false);
        for answer in answers {
            match answer {
                Ok(rows) => {
                    let Self { rows, truncated, errors } = rows.into();
                    merged.rows.extend(rows);
                    merged.truncated |= truncated;
                    merged.errors.extend(errors);
                    answered = true;
                }
                Err(error) => merged.errors.push(error),
            }
        }
        if answered || merged.errors.is_empty() { Ok(merged) } else { Err(merged.errors.swap_remove(0)) }
    }

    /// Adds a row.
    pub fn push(&mut self, row: R) {
        self.rows.push(row);
    }

    /// Says that a part could not be read. The rows stand, and the error becomes a gap of the
    /// table's coverage.
    pub fn fail(&mut self, error: aws::Error) {
        self.errors.push(error);
    }

    /// Says that AWS has more than these rows.
    pub fn truncate(&mut self) {
        self.truncated = true;
    }
}

impl<R> Default for Rows<R> {
    fn default() -> Self {
        Self { rows: Vec::new(), truncated: false, errors: Vec::new() }
    }
}

impl<R> From<Vec<R>> for Rows<R> {
    fn from(rows: Vec<R>) -> Self {
        Self { rows, ..Self::default() }
    }
}

impl<R> From<Option<R>> for Rows<R> {
    fn from(row: Option<R>) -> Self {
        Self { rows: row.into_iter().collect(), ..Self::default() }
    }
}

impl<R> From<aws::Response<Vec<R>>> for Rows<R> {
    fn from(response: aws::Response<Vec<R>>) -> Self {
        Self { rows: response.output, truncated: response.truncated, errors: Vec::new() }
    }
}
