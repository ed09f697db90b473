//! What one target answers.

use std::fmt::Display;

use crate::aws;

/// So many parts with the same failure are named.
const NAMED: usize = 5;

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
    pub(crate) truncated: bool,
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
                    merged.append(rows.into());
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

    /// Says which of many parts could not be read, and why: those with the same error code become one
    /// gap, so that a hundred refusals are one line. `what` is a part in words.
    ///
    /// ```
    /// use tollgate_sdk::{Rows, aws};
    ///
    /// let denied = |_| aws::ServiceError::new("AccessDenied", "You may not.", 403);
    /// let failures = ["logs", "data", "web"].map(|name| (name, aws::Error::Service(denied(name))));
    /// let mut rows = Rows::from(vec!["row"]);
    /// rows.fail_each("bucket", failures); // AccessDenied: bucket logs, data, web: You may not.
    /// ```
    pub fn fail_each<N: Display>(&mut self, what: &str, failures: impl IntoIterator<Item = (N, aws::Error)>) {
        let mut reasons: Vec<(Vec<String>, aws::Error)> = Vec::new();
        for (name, error) in failures {
            let reason = |error: &aws::Error| error.code().unwrap_or(error.kind()).to_owned();
            match reasons.iter_mut().find(|(_, known)| reason(known) == reason(&error)) {
                Some((names, _)) => names.push(name.to_string()),
                None => reasons.push((vec![name.to_string()], error)),
            }
        }
        for (names, error) in reasons {
            let more = names.len().saturating_sub(NAMED);
            let mut context = format!("{what} {}", names[..names.len() - more].join(", "));
            if more > 0 {
                context += &format!(" and {more} more");
            }
            self.fail(error.context(context));
        }
    }

    /// Takes in what another part of the same target answers.
    pub fn append(&mut self, other: Self) {
        let rows = self.unpack(other);
        self.rows.extend(rows);
    }

    /// Takes over what another answer could not read, and gives its rows: parts of a row of this one.
    pub fn unpack<U>(&mut self, other: Rows<U>) -> Vec<U> {
        self.truncated |= other.truncated;
        self.errors.extend(other.errors);
        other.rows
    }

    /// The same answer with each row turned into another.
    pub fn map_each<U>(self, map: impl FnMut(R) -> U) -> Rows<U> {
        Rows {
            rows: self.rows.into_iter().map(map).collect(),
            truncated: self.truncated,
            errors: self.errors,
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn denied(name: &str) -> aws::Error {
        let message = format!("You may not read {name}.");
        aws::Error::Service(aws::ServiceError::new("AccessDenied", message, 403))
    }

    #[test]
    fn the_same_failure_of_many_parts_is_one() {
        let names: Vec<String> = (1..=7).map(|number| format!("b{number}")).collect();
        let mut failures: Vec<_> = names.iter().map(|name| (name.as_str(), denied(name))).collect();
        failures.insert(1, ("slow", aws::Error::Timeout("no answer within 10 s".into())));
        let mut rows = Rows::from(vec![1]);
        rows.fail_each("bucket", failures);
        rows.fail_each("bucket", Vec::<(&str, aws::Error)>::new());
        let texts: Vec<String> = rows.errors.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(texts.join("\n"), @"
        AccessDenied: bucket b1, b2, b3, b4, b5 and 2 more: You may not read b1.
        bucket slow: no answer within 10 s
        ");
        assert_eq!(rows.rows, [1]);
    }

    #[test]
    fn parts_of_a_target_become_one_answer() {
        let mut rows = Rows::from(vec![1]);
        let mut other = Rows::from(vec![2, 3]);
        other.truncate();
        other.fail(denied("b4"));
        rows.append(other);
        let rows = rows.map_each(|number| number * 10);
        assert_eq!((rows.rows, rows.truncated, rows.errors), (vec![10, 20, 30], true, vec![denied("b4")]));
    }
}
