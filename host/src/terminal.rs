//! Questions to the person at the terminal.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use tollgate_aws::credentials::{MfaPrompt, Secret};

/// Asks for an MFA code, on standard error and standard input: both must be a terminal. Where MCP is served over
/// standard input, nobody is asked.
pub(crate) fn mfa_prompt() -> MfaPrompt {
    MfaPrompt::new(|serial| {
        let question = format!("MFA code of {serial}: ");
        // Whoever waits for a person must not hold one of the threads that serve.
        let answer = tokio::task::spawn_blocking(move || ask(&question));
        Box::pin(async { answer.await.map_err(|error| error.to_string())? })
    })
}

fn ask(question: &str) -> Result<Secret, String> {
    let (input, mut output) = (std::io::stdin(), std::io::stderr());
    if !input.is_terminal() || !output.is_terminal() {
        return Err("there is no terminal to ask for it".to_owned());
    }
    write!(output, "{question}").and_then(|()| output.flush()).map_err(|error| error.to_string())?;
    let mut line = String::new();
    match input.lock().read_line(&mut line) {
        Ok(0) => Err("nothing was entered".to_owned()),
        Ok(_) => Ok(line.trim().into()),
        Err(error) => Err(error.to_string()),
    }
}
