//! Tollgate tools for the accounts themselves.

mod list;

use list::accounts_list;

tollgate_sdk::export!(tools: [accounts_list]);
