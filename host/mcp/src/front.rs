//! What an MCP client talks to, whichever transport it came by.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use rmcp::ErrorData;
use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CompleteRequestMethod, CompleteRequestParams,
    CompleteResult, CustomRequest, CustomResult, ErrorCode, Implementation, InitializeRequestParams,
    InitializeResult, ListPromptsRequestMethod, ListPromptsResult, ListResourceTemplatesRequestMethod,
    ListResourceTemplatesResult, ListResourcesRequestMethod, ListResourcesResult, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{RequestContext, RoleServer};
use tollgate_runtime::{Caller, Runtime};

use crate::call;
use crate::call::seal::Seal;
use crate::error::Error;
use crate::tools::Tools;

/// How long a client may keep the list of tools. The list changes only when the host is restarted
/// with other plugins.
const TOOLS_TTL_MS: u64 = 60_000;

/// What a model is told about the server as a whole.
const INSTRUCTIONS: &str = "Answers questions about many AWS accounts and regions in one call. Name accounts by \
    name, id, `env:prod`, `tag:key=value` or `all`; leave accounts and regions out to ask everywhere. Select and \
    count with `filter`, `fields`, `group_by` and `sum` rather than reading long answers; what does not fit is kept: \
    `cursor` goes on, and `result_query` runs SQL over all of it. Take the tool of a family where one fits, `aws_call` for \
    any other read of AWS. An account or region that could not be asked stands in `coverage` with what to do; \
    everything else in the answer holds all the same.";

/// The handler. Cheap to clone: over HTTP there is one per request.
#[derive(Clone)]
pub(crate) struct Front(Arc<Inner>);

struct Inner {
    runtime: Runtime,
    tools: Tools,
    seal: Seal,
    loaded: AtomicU8,
}

/// States of `Inner::loaded`, besides 0: not known yet.
const LOADED: u8 = 1;
const FAILED: u8 = 2;

impl Front {
    /// Loads nothing.
    pub(crate) fn new(runtime: Runtime) -> Result<Self, Error> {
        let seal = Seal::new().ok_or(Error::NoRandomness)?;
        Ok(Self(Arc::new(Inner { runtime, tools: Tools::default(), seal, loaded: AtomicU8::new(0) })))
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.0.runtime
    }

    pub(crate) fn seal(&self) -> &Seal {
        &self.0.seal
    }

    /// Loads the plugins, unless they are; whether it failed stands in the log and in
    /// [`Self::loaded`].
    pub(crate) async fn load(&self) {
        let loaded = self.tools(&call::anonymous()).await.is_ok();
        self.0.loaded.store(if loaded { LOADED } else { FAILED }, Ordering::Relaxed);
    }

    /// Whether the plugins could be loaded; nothing before that is known.
    pub(crate) fn loaded(&self) -> Option<bool> {
        match self.0.loaded.load(Ordering::Relaxed) {
            LOADED => Some(true),
            FAILED => Some(false),
            _ => None,
        }
    }

    /// The tools that a caller may see, as MCP describes them, sorted by name.
    pub(crate) async fn tools(&self, caller: &Caller) -> Result<Vec<Tool>, ErrorData> {
        let tools = self.0.runtime.tools(caller).await.map_err(|error| {
            tracing::error!(%error, "the plugins cannot be loaded");
            ErrorData::internal_error(format!("the plugins cannot be loaded: {error}"), None)
        })?;
        Ok(self.0.tools.describe(&tools))
    }
}

impl ServerHandler for Front {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(
                Implementation::new("tollgate", env!("CARGO_PKG_VERSION"))
                    .with_title("Tollgate")
                    .with_description("Sandboxed tools for many AWS accounts"),
            )
            .with_instructions(INSTRUCTIONS)
    }

    async fn initialize(
        &self,
        mut request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        let result = self.negotiate_initialize(&request)?;
        // Later requests of the session are answered in the version agreed on, not in the one
        // asked for.
        request.protocol_version = result.protocol_version.clone();
        context.peer.set_peer_info(request);
        Ok(result)
    }

    async fn list_tools(
        &self,
        _page: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        // One page always: there are clients that read the first page alone.
        let mut result = ListToolsResult::with_all_items(self.tools(&call::caller(&context)).await?);
        if call::is_stateless(&context) {
            result.ttl_ms = Some(TOOLS_TTL_MS);
            result.cache_scope = Some(CacheScope::Private);
        }
        Ok(result)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        call::call(self, request, context).await
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.0.tools.get(name)
    }

    // What follows is not offered. rmcp answers these with an empty list by itself, although no
    // such capability is declared.

    async fn complete(
        &self,
        _request: CompleteRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        Err(ErrorData::method_not_found::<CompleteRequestMethod>())
    }

    async fn list_prompts(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Err(ErrorData::method_not_found::<ListPromptsRequestMethod>())
    }

    async fn list_resources(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Err(ErrorData::method_not_found::<ListResourcesRequestMethod>())
    }

    async fn list_resource_templates(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Err(ErrorData::method_not_found::<ListResourceTemplatesRequestMethod>())
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        // A known method whose parameters do not fit comes here as well.
        Err(match request.method.as_str() {
            "initialize" | "ping" if call::is_stateless(&context) => {
                ErrorData::new(ErrorCode::METHOD_NOT_FOUND, request.method, None)
            }
            "tools/call" => ErrorData::invalid_params(
                "tools/call takes `name`, a string, and `arguments`, an object",
                None,
            ),
            "initialize" => ErrorData::invalid_params(
                "initialize takes `protocolVersion`, `capabilities` and `clientInfo` with `name` and `version`",
                None,
            ),
            "tools/list" | "server/discover" | "ping" => {
                ErrorData::invalid_params(format!("the parameters of {} do not fit", request.method), None)
            }
            _ => ErrorData::new(ErrorCode::METHOD_NOT_FOUND, request.method, None),
        })
    }
}
