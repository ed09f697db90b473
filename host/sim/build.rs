//! The demo organisation is built in: a file that is added to its folder builds this again.

fn main() {
    println!("cargo::rerun-if-changed=../../examples/demo-org");
}
