//! Members that are programs: connectors and the demonstration agent.
