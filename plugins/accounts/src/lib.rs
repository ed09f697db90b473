//! Tollgate tools for the accounts themselves.

mod describe;
mod discover;
mod list;
mod organization;
mod relationships;
mod validate_access;

use describe::accounts_describe;
use discover::accounts_discover;
use list::accounts_list;
use relationships::accounts_relationships;
use validate_access::accounts_validate_access;

tollgate_sdk::export!(tools: [
    accounts_describe,
    accounts_discover,
    accounts_list,
    accounts_relationships,
    accounts_validate_access,
]);
