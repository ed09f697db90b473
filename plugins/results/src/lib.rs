//! Tables that were too large for one answer: page by page, or by SQL.

mod query;

use query::result_query;

tollgate_sdk::export!(tools: [result_query]);
