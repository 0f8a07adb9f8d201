//! What the client answers when a server speaks to it by itself.

use std::sync::Arc;

use rmcp::{
    ClientHandler, ErrorData, RoleClient,
    model::{
        ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult, ElicitationAction,
        ElicitationCapability, FormElicitationCapability, Implementation, ProgressNotificationParam,
        ProtocolVersion,
    },
    service::{InboundStreamOrigin, NotificationContext, RequestContext},
};
use tokio::sync::Notify;

use super::{
    calls::Calls,
    listener::{Answer, Question},
};

/// The client's side of one connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Handler {
    pub calls: Arc<Calls>,
    /// Rung when the server has other tools than before.
    pub changed: Arc<Notify>,
}

impl ClientHandler for Handler {
    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let Some(question) = question(request) else { return Ok(result(Answer::Decline)) };
        let origin = context.extensions.get::<InboundStreamOrigin>();
        let Some(answer) = self.calls.ask(origin, question) else { return Ok(result(Answer::Cancel)) };
        tokio::select! {
            () = context.ct.cancelled() => Ok(result(Answer::Cancel)),
            answer = answer => Ok(result(answer.unwrap_or(Answer::Cancel))),
        }
    }

    async fn on_progress(&self, said: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        self.calls.progress(said);
    }

    #[expect(deprecated, reason = "servers of the versions in use log this way")]
    async fn on_logging_message(
        &self,
        said: rmcp::model::LoggingMessageNotificationParam,
        _: NotificationContext<RoleClient>,
    ) {
        let line = match said.data {
            serde_json::Value::String(text) => text,
            data => data.to_string(),
        };
        self.calls.log(line);
    }

    async fn on_tool_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.changed.notify_one();
    }

    fn get_info(&self) -> ClientConfig {
        let form = ElicitationCapability::new().with_form(FormElicitationCapability::new());
        let mut capabilities = ClientCapabilities::default();
        capabilities.elicitation = Some(form);
        let name = Implementation::new("antiphon", env!("CARGO_PKG_VERSION"));
        ClientConfig::new(capabilities, name).with_protocol_version(ProtocolVersion::LATEST_WITH_INITIALIZE)
    }
}

/// What is asked, if it is a form. Pages of others are not opened on behalf of a tool.
pub(super) fn question(request: ElicitRequestParams) -> Option<Question> {
    let ElicitRequestParams::FormElicitationParams { message, requested_schema, .. } = request else {
        return None;
    };
    Some(Question { message, schema: serde_json::to_value(requested_schema).ok()? })
}

/// The answer in the protocol's words.
pub(super) fn result(answer: Answer) -> ElicitResult {
    match answer {
        Answer::Accept(content) => ElicitResult::new(ElicitationAction::Accept).with_content(content),
        Answer::Decline => ElicitResult::new(ElicitationAction::Decline),
        Answer::Cancel => ElicitResult::new(ElicitationAction::Cancel),
    }
}
