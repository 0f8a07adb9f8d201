//! The conversation of one run: the model speaks, tools are used, the model is told what came of it, until it is done.

use antiphon_hub::RunSession;
use antiphon_protocol::{Activity, Message};
use parking_lot::Mutex;

use super::{
    Model,
    attempts::Attempts,
    endpoint::Question,
    memory::Memory,
    prompt::{self, Line, Prompt, Turn},
    reply::{Reply, Spoken},
    toolbox::{Asked, Toolbox},
    trouble::{Halt, Remedy},
};

/// Most messages that are taken into the work under way; more wait for a run of their own.
const MOST_STEERED: usize = 16;
/// Answers, and takes into account what people say meanwhile, where the bot is to be steered.
pub(super) async fn converse(run: &RunSession, model: &Model, toolbox: &Toolbox) -> Result<(), Halt> {
    let steered = Mutex::new(Vec::new());
    tokio::select! {
        outcome = speak(run, model, toolbox, &steered) => outcome,
        never = listen(run, &steered) => never,
    }
}

/// Gathers what is said while the bot is at work.
async fn listen(run: &RunSession, steered: &Mutex<Vec<Message>>) -> Result<(), Halt> {
    for _ in 0..MOST_STEERED {
        let message = run.steered().await;
        steered.lock().push(message);
    }
    std::future::pending().await
}

async fn speak(
    run: &RunSession,
    model: &Model,
    toolbox: &Toolbox,
    steered: &Mutex<Vec<Message>>,
) -> Result<(), Halt> {
    let (options, tools) = (&model.options, toolbox.definitions());
    let attempts = Attempts { options, endpoint: &model.endpoint };
    let memory = Memory::of(run, !tools.is_empty()).await?;
    let budget = prompt::beside(prompt::bytes(options.context_tokens), toolbox.bytes());
    let lines = memory.lines(run, budget).await?;
    let mut prompt = Prompt::compose(&options.name, instruction(model, toolbox).as_deref(), lines, budget);
    let mut reply = Reply::to(run, toolbox, options.shown);
    let mut rounds = 0;
    loop {
        run.set_activity(Activity::Thinking).await?;
        let said = std::mem::take(&mut *steered.lock());
        prompt.add(said.iter().filter_map(|message| memory.line(message)).flat_map(Line::turns));
        prompt.make_room();
        let may_use_tools = rounds < options.tool_rounds && reply.has_room_for_calls();
        reply.open_round(may_use_tools);
        let question = Question { turns: prompt.turns(), tools, may_use_tools };
        let mut made = attempts.make(question, &mut reply, true).await;
        if matches!(&made, Err(Halt::Trouble(trouble)) if trouble.remedy == Remedy::Shorter) {
            // What counts as a token differs from model to model.
            prompt.make_short();
            let question = Question { turns: prompt.turns(), tools, may_use_tools };
            made = attempts.make(question, &mut reply, false).await;
        }
        if let Err(halt) = made {
            reply.break_off().await;
            return Err(halt);
        }
        let Spoken { text, calls } = reply.close_round();
        let Some(answer) = reply.answer().filter(|_| !calls.is_empty()).cloned() else {
            if steered.lock().is_empty() {
                return reply.conclude(&text);
            }
            // Somebody spoke while the model did, which has not heard that yet.
            prompt.add((!text.is_empty()).then(|| Turn::assistant(text, Vec::new())));
            continue;
        };
        prompt.begin_round();
        prompt.add([Turn::assistant(text, calls.iter().map(Asked::turn).collect())]);
        run.set_activity(Activity::Executing).await?;
        prompt.add(toolbox.run(run, &answer, calls).await);
        rounds += 1;
    }
}

/// What the model is told before everything else.
fn instruction(model: &Model, toolbox: &Toolbox) -> Option<String> {
    let said = model.options.system_prompt.clone();
    let away = toolbox.away();
    if away.is_empty() {
        return said;
    }
    let note = format!("Some of your tools cannot be reached now: those of {}.", away.join(", "));
    Some(said.map_or(note.clone(), |said| format!("{said}\n\n{note}")))
}
