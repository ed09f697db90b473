//! `select`: a JMESPath expression over an output.
//!
//! Expressions come from plugins, which are not trusted. So their size and depth are bounded, and so is what
//! evaluating them may do: each step costs, whatever it makes costs by its size, and an evaluation that has
//! used up its budget ends. The parser, the values and the plain functions are the `jmespath` crate's.

mod budget;
mod check;
mod functions;
mod interpret;
mod looks;

use std::num::NonZero;
use std::sync::{Arc, LazyLock};

use jmespath::ast::Ast;
use jmespath::{JmespathError, Rcvar, Variable};
use tokio::sync::Semaphore;

use self::budget::Budget;
use self::interpret::Interpreter;
use crate::error::InvalidRequest;
use crate::protocol::Mask;

/// No expression is longer.
const MAX_LENGTH: usize = 8 * 1024;

/// No expression is deeper: it is parsed, evaluated and dropped recursively, on stacks of 2 MiB.
const MAX_DEPTH: usize = 64;

/// What a longer one looks at is not found out: that takes time by the square of the length.
const MAX_ANALYSED: usize = 2 * 1024;

/// An expression, compiled.
#[derive(Debug)]
pub(crate) struct Select {
    text: String,
    ast: Ast,
}

impl Select {
    /// Compiles an expression.
    pub(crate) fn compile(text: &str) -> Result<Self, InvalidRequest> {
        let refuse = |reason| Err(InvalidRequest::Select { reason });
        if text.len() > MAX_LENGTH {
            return refuse(format!("{} bytes are too long, at most {MAX_LENGTH}", text.len()));
        }
        if depth(text) > MAX_DEPTH {
            return refuse(format!("nested or chained too deeply, at most {MAX_DEPTH} levels"));
        }
        let ast = match jmespath::parse(text) {
            Ok(ast) => ast,
            Err(error) => return refuse(describe(text, &error)),
        };
        match check::check(&ast) {
            Ok(()) => Ok(Self { text: text.to_owned(), ast }),
            Err(flaw) => refuse(format!("{}, {}", flaw.reason, place(text, flaw.offset))),
        }
    }

    /// What of an output it looks at. Evaluated over that alone, it gives the same.
    pub(crate) fn mask(&self) -> Mask {
        if self.text.len() > MAX_ANALYSED {
            return Mask::Everything;
        }
        let mut mask = Mask::NOTHING;
        looks::at(&self.ast, &Mask::Everything, &mut mask);
        mask
    }

    /// Applies it to an output in JSON; the result as JSON, of at most `limit` bytes.
    ///
    /// Large outputs are worked on beside the async threads.
    pub(crate) async fn apply(self: &Arc<Self>, json: String, limit: usize) -> Result<String, crate::Error> {
        /// What takes a few milliseconds at most needs no turn.
        const SMALL: usize = 16 * 1024;
        /// What is not larger is worked on here: another thread would have its own share of the allocator's memory.
        const MEDIUM: usize = 256 * 1024;
        /// One turn fewer than there are cores: the last one is for everything else.
        static PLACES: LazyLock<Semaphore> = LazyLock::new(|| {
            let cores = std::thread::available_parallelism().map_or(2, NonZero::get);
            Semaphore::new(cores.saturating_sub(1).max(1))
        });
        if json.len() <= SMALL {
            return self.evaluate(&json, limit);
        }
        let place = PLACES.acquire().await;
        if json.len() <= MEDIUM {
            return self.evaluate(&json, limit);
        }
        let select = self.clone();
        // A thread cannot be stopped: it keeps its place to its end, also when nobody waits for it any more.
        let evaluate = move || {
            let _place = place;
            select.evaluate(&json, limit)
        };
        tokio::task::spawn_blocking(evaluate).await.map_err(|failed| {
            // What a panic says is not for who asks.
            tracing::error!(%failed, "a selection broke off");
            crate::Error::Internal { reason: "select: the log of the host says why".to_owned() }
        })?
    }

    fn evaluate(&self, json: &str, limit: usize) -> Result<String, crate::Error> {
        let refuse = |reason| crate::Error::from(InvalidRequest::Select { reason });
        let data = Variable::from_json(json).map_err(|reason| crate::Error::Internal { reason })?;
        let mut interpreter = Interpreter::new(&self.text, Budget::new(json.len()));
        let result = interpreter
            .run(&Rcvar::new(data), &self.ast)
            .map_err(|error| refuse(describe(&self.text, &error)))?;
        budget::to_json(&result, limit)
            .ok_or_else(|| refuse(format!("the result is larger than {limit} bytes")))
    }
}

/// An upper bound for the depth of an expression's tree, found without parsing it: brackets nest, and operators
/// chain, since `a.b.c` is `(a.b).c`. A comma begins a new chain.
fn depth(text: &str) -> usize {
    let mut chains = vec![0_usize];
    let (mut total, mut deepest) = (0_usize, 0);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\'' | b'"' | b'`' => {
                while let Some(inner) = bytes.next().filter(|inner| *inner != byte) {
                    if inner == b'\\' {
                        bytes.next();
                    }
                }
            }
            b',' => total -= chains.last_mut().map_or(0, std::mem::take),
            b')' | b']' | b'}' if chains.len() > 1 => total -= chains.pop().unwrap_or_default(),
            b'(' | b'[' | b'{' | b'!' | b'&' | b'|' | b'.' | b'<' | b'>' | b'=' | b'*' => {
                total += 1;
                if let Some(chain) = chains.last_mut() {
                    *chain += 1;
                }
                if matches!(byte, b'(' | b'[' | b'{') {
                    chains.push(0);
                }
                deepest = deepest.max(total);
            }
            _ => {}
        }
    }
    deepest
}

/// What is wrong, with the column, and without the expression, which whoever wrote it has.
fn describe(text: &str, error: &JmespathError) -> String {
    let reason: String = error.reason.to_string().chars().take(300).collect();
    format!("{reason}, {}", place(text, error.offset))
}

/// The line and column of a byte, counted in characters from 1.
fn place(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let (lines, rest) = before.rsplit_once('\n').unwrap_or(("", before));
    let column = rest.chars().count() + 1;
    match before.matches('\n').count() {
        0 => format!("at column {column}"),
        _ => format!("at line {}, column {column}", lines.matches('\n').count() + 2),
    }
}

#[cfg(test)]
mod compliance;
#[cfg(test)]
mod tests;
