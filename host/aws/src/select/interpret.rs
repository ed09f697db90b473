//! Evaluating an expression within a budget.

use std::collections::BTreeMap;

use jmespath::ast::Ast;
use jmespath::{ErrorReason, JmespathError, Rcvar, RuntimeError, SearchResult, Variable};

use super::budget::{Budget, Exhausted};

/// Walks an expression over data.
#[derive(Debug)]
pub(super) struct Interpreter<'a> {
    pub(super) text: &'a str,
    pub(super) budget: Budget,
}

/// What a budget's refusal needs to become an error.
pub(super) trait At<T> {
    fn at(self, text: &str, offset: usize) -> Result<T, JmespathError>;
}

impl<T> At<T> for Result<T, Exhausted> {
    fn at(self, text: &str, offset: usize) -> Result<T, JmespathError> {
        self.map_err(|Exhausted| {
            let reason = "the expression needs too much time or memory for these data".to_owned();
            JmespathError::new(text, offset, ErrorReason::Parse(reason))
        })
    }
}

impl<'a> Interpreter<'a> {
    pub(super) fn new(text: &'a str, budget: Budget) -> Self {
        Self { text, budget }
    }

    /// The value of an expression over data.
    pub(super) fn run(&mut self, data: &Rcvar, node: &Ast) -> SearchResult {
        self.budget.work(1).at(self.text, 0)?;
        match node {
            Ast::Identity { .. } => Ok(data.clone()),
            Ast::Field { name, .. } => Ok(field(data, name)),
            Ast::Index { idx, .. } => Ok(index(data, *idx)),
            Ast::Literal { value, .. } => Ok(value.clone()),
            Ast::Subexpr { lhs, rhs, .. } => {
                let left = self.run(data, lhs)?;
                self.run(&left, rhs)
            }
            Ast::Or { lhs, rhs, .. } => {
                let left = self.run(data, lhs)?;
                if left.is_truthy() { Ok(left) } else { self.run(data, rhs) }
            }
            Ast::And { lhs, rhs, .. } => {
                let left = self.run(data, lhs)?;
                if left.is_truthy() { self.run(data, rhs) } else { Ok(left) }
            }
            Ast::Not { node, .. } => Ok(boolean(!self.run(data, node)?.is_truthy())),
            Ast::Condition { predicate, then, .. } => {
                if self.run(data, predicate)?.is_truthy() {
                    self.run(data, then)
                } else {
                    Ok(null())
                }
            }
            Ast::Comparison { offset, comparator, lhs, rhs } => {
                let (left, right) = (self.run(data, lhs)?, self.run(data, rhs)?);
                self.budget.walk(&left).at(self.text, *offset)?;
                Ok(left.compare(comparator, &right).map_or_else(null, boolean))
            }
            Ast::ObjectValues { offset, node } => {
                let subject = self.run(data, node)?;
                let Some(fields) = subject.as_object() else { return Ok(null()) };
                self.array(fields.values().cloned().collect(), *offset)
            }
            Ast::Projection { offset, lhs, rhs } => {
                let left = self.run(data, lhs)?;
                let Some(elements) = left.as_array() else { return Ok(null()) };
                let mut collected = Vec::new();
                for element in elements {
                    let value = self.run(element, rhs)?;
                    if !value.is_null() {
                        collected.push(value);
                    }
                }
                self.array(collected, *offset)
            }
            Ast::Flatten { offset, node } => {
                let subject = self.run(data, node)?;
                let Some(elements) = subject.as_array() else { return Ok(null()) };
                // Paid before it is made: flattening is what lets an array grow.
                let length = elements.iter().map(|element| element.as_array().map_or(1, Vec::len)).sum();
                self.budget.make_array(length).at(self.text, *offset)?;
                let mut collected = Vec::with_capacity(length);
                for element in elements {
                    match element.as_array() {
                        Some(inner) => collected.extend(inner.iter().cloned()),
                        None => collected.push(element.clone()),
                    }
                }
                Ok(Rcvar::new(Variable::Array(collected)))
            }
            Ast::MultiList { offset, elements } => {
                if data.is_null() {
                    return Ok(null());
                }
                let collected =
                    elements.iter().map(|element| self.run(data, element)).collect::<Result<_, _>>()?;
                self.array(collected, *offset)
            }
            Ast::MultiHash { offset, elements } => {
                if data.is_null() {
                    return Ok(null());
                }
                let mut fields = BTreeMap::new();
                for pair in elements {
                    self.budget.make(pair.key.len()).at(self.text, *offset)?;
                    fields.insert(pair.key.clone(), self.run(data, &pair.value)?);
                }
                Ok(Rcvar::new(Variable::Object(fields)))
            }
            Ast::Function { offset, name, args } => self.function(data, name, args, *offset),
            Ast::Expref { offset, .. } => {
                let reason = "`&` is only for the arguments of map, sort_by, max_by and min_by".to_owned();
                Err(JmespathError::new(self.text, *offset, ErrorReason::Parse(reason)))
            }
            Ast::Slice { offset, start, stop, step } => {
                if *step == 0 {
                    let reason = ErrorReason::Runtime(RuntimeError::InvalidSlice);
                    return Err(JmespathError::new(self.text, *offset, reason));
                }
                match data.as_array() {
                    Some(elements) => self.array(slice(elements, *start, *stop, *step), *offset),
                    None => Ok(null()),
                }
            }
        }
    }

    /// A new array.
    pub(super) fn array(&mut self, elements: Vec<Rcvar>, offset: usize) -> SearchResult {
        self.budget.make_array(elements.len()).at(self.text, offset)?;
        Ok(Rcvar::new(Variable::Array(elements)))
    }
}

pub(super) fn null() -> Rcvar {
    Rcvar::new(Variable::Null)
}

fn boolean(value: bool) -> Rcvar {
    Rcvar::new(Variable::Bool(value))
}

fn field(data: &Rcvar, name: &str) -> Rcvar {
    data.as_object().and_then(|fields| fields.get(name)).cloned().unwrap_or_else(null)
}

fn index(data: &Rcvar, index: i32) -> Rcvar {
    let Some(elements) = data.as_array() else { return null() };
    let distance = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    let position = if index < 0 { elements.len().checked_sub(distance) } else { Some(distance) };
    position.and_then(|position| elements.get(position)).cloned().unwrap_or_else(null)
}

/// Python's slices; in 64 bits, where no end and no step overflows.
fn slice(elements: &[Rcvar], start: Option<i32>, stop: Option<i32>, step: i32) -> Vec<Rcvar> {
    let length = i64::try_from(elements.len()).unwrap_or(i64::MAX);
    let step = i64::from(step);
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let end = |end: Option<i32>, default: i64| match end.map(i64::from) {
        None => default,
        Some(end) if end < 0 => (end + length).clamp(lowest, highest),
        Some(end) => end.clamp(lowest, highest),
    };
    let (start, stop) = if step > 0 {
        (end(start, lowest), end(stop, highest))
    } else {
        (end(start, highest), end(stop, lowest))
    };
    let mut taken = Vec::new();
    let mut position = start;
    while (step > 0 && position < stop) || (step < 0 && position > stop) {
        taken.extend(usize::try_from(position).ok().and_then(|position| elements.get(position)).cloned());
        position += step;
    }
    taken
}
