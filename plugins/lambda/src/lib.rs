//! Tollgate tools for Lambda.

mod ask;
mod describe_function;
mod list_functions;
mod policy;
mod runtimes;

use describe_function::lambda_describe_function;
use list_functions::lambda_list_functions;

tollgate_sdk::export!(tools: [lambda_describe_function, lambda_list_functions]);
