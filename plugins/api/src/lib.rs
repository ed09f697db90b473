//! Tollgate tools for any operation of AWS that reads.

mod call;
mod command;
mod describe;
mod schema;
mod search;

use call::aws_call;
use describe::aws_describe_operation;
use search::aws_search_operations;

tollgate_sdk::export!(tools: [aws_call, aws_search_operations, aws_describe_operation]);
