//! The functions of expressions.

use jmespath::ast::Ast;
use jmespath::{
    Context, DEFAULT_RUNTIME, ErrorReason, JmespathError, Rcvar, RuntimeError, SearchResult, Variable,
};

use super::interpret::{At, Interpreter, null};

impl Interpreter<'_> {
    /// A function over its arguments.
    pub(super) fn function(&mut self, data: &Rcvar, name: &str, args: &[Ast], offset: usize) -> SearchResult {
        // These evaluate an expression for each element, within the budget.
        match (name, args) {
            ("map", [Ast::Expref { ast, .. }, elements]) => {
                let elements = self.elements(data, elements, 1, offset)?;
                let mapped = self.each(&elements, ast)?;
                self.array(mapped, offset)
            }
            ("sort_by", [elements, Ast::Expref { ast, .. }]) => {
                let elements = self.elements(data, elements, 0, offset)?;
                let keys = self.keys(&elements, ast, offset)?;
                let mut order: Vec<usize> = (0..keys.len()).collect();
                order.sort_by(|left, right| keys.get(*left).cmp(&keys.get(*right)));
                let sorted =
                    order.into_iter().filter_map(|position| elements.as_array()?.get(position).cloned());
                self.array(sorted.collect(), offset)
            }
            ("max_by" | "min_by", [elements, Ast::Expref { ast, .. }]) => {
                let elements = self.elements(data, elements, 0, offset)?;
                let keys = self.keys(&elements, ast, offset)?;
                let mut best: Option<(usize, &Rcvar)> = None;
                for (position, key) in keys.iter().enumerate() {
                    // The first of equals holds.
                    if best.is_none_or(|(_, best)| if name == "max_by" { key > best } else { key < best }) {
                        best = Some((position, key));
                    }
                }
                let best = best.and_then(|(position, _)| elements.as_array()?.get(position).cloned());
                Ok(best.unwrap_or_else(null))
            }
            _ => self.plain(data, name, args, offset),
        }
    }

    /// A function that evaluates nothing itself.
    fn plain(&mut self, data: &Rcvar, name: &str, args: &[Ast], offset: usize) -> SearchResult {
        let Some(function) = DEFAULT_RUNTIME.get_function(name) else {
            let reason = ErrorReason::Runtime(RuntimeError::UnknownFunction(name.to_owned()));
            return Err(JmespathError::new(self.text, offset, reason));
        };
        let mut values = Vec::with_capacity(args.len());
        for arg in args {
            let value = self.run(data, arg)?;
            self.pay(name, &value, offset)?;
            values.push(value);
        }
        if let ("join", [glue, elements]) = (name, values.as_slice()) {
            let glue = glue.as_string().map_or(0, String::len);
            let glue = elements.as_array().map_or(0, Vec::len).saturating_mul(glue);
            self.budget.make(glue).at(self.text, offset)?;
        }
        let mut context = Context::new(self.text, &DEFAULT_RUNTIME);
        context.offset = offset;
        function.evaluate(&values, &mut context)
    }

    /// Pays for what a function does with one of its arguments.
    fn pay(&mut self, name: &str, value: &Variable, offset: usize) -> Result<(), JmespathError> {
        let paid = match name {
            // They make text of it, compare it with each element, or compare its elements.
            "to_string" | "join" | "contains" | "sort" | "max" | "min" => {
                self.budget.walk(value).and_then(|size| self.budget.make(size))
            }
            _ => match value {
                Variable::Array(elements) => self.budget.make_array(elements.len()),
                Variable::Object(fields) => fields.keys().try_for_each(|name| self.budget.make(name.len())),
                Variable::String(text) => self.budget.make(text.len()),
                _ => self.budget.make(0),
            },
        };
        paid.at(self.text, offset)
    }

    /// The argument that has to be an array.
    fn elements(&mut self, data: &Rcvar, arg: &Ast, position: usize, offset: usize) -> SearchResult {
        let value = self.run(data, arg)?;
        if value.is_array() {
            return Ok(value);
        }
        let actual = value.get_type().to_string();
        let reason = RuntimeError::InvalidType { expected: "array".to_owned(), actual, position };
        Err(JmespathError::new(self.text, offset, ErrorReason::Runtime(reason)))
    }

    fn each(&mut self, elements: &Rcvar, ast: &Ast) -> Result<Vec<Rcvar>, JmespathError> {
        elements.as_array().into_iter().flatten().map(|element| self.run(element, ast)).collect()
    }

    /// What to sort by: all texts, or all numbers.
    fn keys(&mut self, elements: &Rcvar, ast: &Ast, offset: usize) -> Result<Vec<Rcvar>, JmespathError> {
        let keys = self.each(elements, ast)?;
        let Some(first) = keys.first() else { return Ok(keys) };
        let expected = if first.is_string() || first.is_number() {
            first.get_type().to_string()
        } else {
            "string or number".to_owned()
        };
        for (invocation, key) in keys.iter().enumerate() {
            if key.get_type().to_string() != expected {
                let actual = key.get_type().to_string();
                let reason = RuntimeError::InvalidReturnType { expected, actual, position: 1, invocation };
                return Err(JmespathError::new(self.text, offset, ErrorReason::Runtime(reason)));
            }
            self.budget.walk(key).at(self.text, offset)?;
        }
        Ok(keys)
    }
}
