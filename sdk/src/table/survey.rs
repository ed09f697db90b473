//! Asking whom a tool sees fit.

use super::{
    Coverage, ListQuery, Row, Rows, Table,
    columns::{self, Columns},
    coverage::Failure,
    gather::{Gather, Sink},
    plan::Plan,
    summary::{self, Reach},
};
use crate::{ToolError, aws};

/// Answers one table of what `ask` finds out in a way of its own: for what one account answers for
/// many, as the management account of an organisation does.
///
/// As [`sweep`](crate::sweep), but `ask` asks whom it sees fit. It gives each answer with the name of
/// what answered or did not, in the order of the rows. A row says itself what it is of:
/// [`Row::FROM_TARGETS`] is `false`.
///
/// # Errors
/// As [`sweep`](crate::sweep), and whatever `ask` fails with.
///
/// ```no_run
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
/// use serde_json::json;
/// use tollgate_sdk::{ListQuery, Row, Table, ToolError, accounts, aws, survey, tool};
///
/// #[derive(Serialize, Deserialize, JsonSchema)]
/// struct Root {
///     id: String,
/// }
///
/// impl Row for Root {
///     const FROM_TARGETS: bool = false;
/// }
///
/// /// Lists the roots of the organisation.
/// #[tool(read_only, open_world)]
/// async fn organization_list_roots(query: ListQuery) -> Result<Table<Root>, ToolError> {
///     survey(&query, async || {
///         let accounts = accounts::list(&query.accounts).await?;
///         let Some(management) = accounts.first() else { return Ok(Vec::new()) };
///         let roots = aws::call::<Vec<Root>>(&management.target(), "organizations", "ListRoots", ())
///             .select("Roots[].{id: Id}");
///         Ok(vec![(management.name.clone(), roots.await.map(Into::into))])
///     })
///     .await
/// }
/// ```
pub async fn survey<R: Row>(
    query: &ListQuery,
    ask: impl AsyncFnOnce() -> Result<Vec<(String, Result<Rows<R>, aws::Error>)>, ToolError>,
) -> Result<Table<R>, ToolError> {
    if let Some((cursor, limit)) = query.page()? {
        return Table::resume(cursor, limit);
    }
    let plan = Plan::new(query, &Columns::of::<R>())?;
    let mut gather = Gather::new(&plan);
    let (mut failures, mut ok) = (Vec::new(), 0);
    let (mut answered, mut more_in_aws) = (false, false);
    for (index, (who, answer)) in ask().await?.into_iter().enumerate() {
        match answer {
            Ok(Rows { rows, truncated, errors }) => {
                answered = true;
                more_in_aws |= truncated;
                ok += u64::from(errors.is_empty());
                failures.extend(errors.iter().map(|error| Failure::of_call(who.clone(), error)));
                let place = u32::try_from(index).unwrap_or(u32::MAX);
                for row in &rows {
                    gather.take(place, columns::members(row)?)?;
                }
            }
            Err(error) => failures.push(Failure::of_call(who, &error)),
        }
    }
    if !answered && !failures.is_empty() {
        return Err(summary::all_failed(&failures));
    }
    let shown = gather.finish()?;
    let summary = summary::of(&shown, &Reach::default(), &failures, more_in_aws);
    let coverage = Coverage::new(ok, &failures);
    Ok(Table::of_shown(shown, Some(coverage), more_in_aws, summary))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures::executor::block_on;
    use schemars::JsonSchema;
    use serde::Serialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Serialize, JsonSchema)]
    struct Unit {
        id: String,
    }

    impl Row for Unit {
        const FROM_TARGETS: bool = false;
    }

    fn units(ids: &[&str]) -> Rows<Unit> {
        ids.iter().map(|id| Unit { id: (*id).to_owned() }).collect::<Vec<_>>().into()
    }

    fn answer(
        query: &ListQuery,
        answers: Vec<(&str, Result<Rows<Unit>, aws::Error>)>,
    ) -> Result<Table<Unit>, ToolError> {
        let answers = answers.into_iter().map(|(who, answer)| (who.to_owned(), answer)).collect();
        block_on(survey(query, async || Ok(answers)))
    }

    fn timeout() -> aws::Error {
        aws::Error::Timeout("no answer within 10 s".to_owned())
    }

    #[test]
    fn what_answered_stands_beside_what_did_not() {
        let mut part = units(&["c"]);
        part.fail(timeout().context("unit d"));
        let answers = vec![("o-1", Ok(units(&["a", "b"]))), ("o-2", Err(timeout())), ("o-3", Ok(part))];
        let table = answer(&ListQuery::default(), answers).expect("two answered");
        assert_eq!(json!([table.columns(), table.rows()]), json!([["id"], [["a"], ["b"], ["c"]]]));
        insta::assert_snapshot!(json!(table.coverage()), @r#"{"ok":1,"failed":[{"code":"timeout","message":"no answer within 10 s","advice":"out of order there: ask again later, or leave these out","count":1,"targets":["o-2"]},{"code":"timeout","message":"unit d: no answer within 10 s","advice":"out of order there: ask again later, or leave these out","count":1,"targets":["o-3"]}]}"#);
    }

    #[test]
    fn nothing_answered_is_an_error_and_nobody_asked_is_none() {
        let error = answer(&ListQuery::default(), vec![("o-1", Err(timeout()))]).expect_err("none answered");
        assert_eq!(error.to_string(), "nothing answered; timeout in o-1: no answer within 10 s");
        let table = answer(&ListQuery::default(), Vec::new()).expect("nothing failed");
        assert_eq!(table.row_count(), 0);
    }

    #[test]
    fn a_query_that_does_not_fit_asks_nobody() {
        let asked = Cell::new(false);
        let query = ListQuery { filter: Some("nmae == 'x'".to_owned()), ..ListQuery::default() };
        let table = block_on(survey::<Unit>(&query, async || {
            asked.set(true);
            Ok(Vec::new())
        }));
        assert!(matches!(table, Err(ToolError::InvalidArguments(_))) && !asked.get());
    }
}
