//! The simulator from outside: by boto3, and by bare connections.

mod boto3;
mod faults;
