//! Meters: what `/metrics` shows. Labels are doors, request types and error codes, never an id.

use antiphon_protocol::ErrorCode;
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

/// A door, as a label.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DoorLabel {
    door: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    door: &'static str,
    request: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ErrorLabels {
    door: &'static str,
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabel {
    reason: &'static str,
}

/// Every meter of the doors.
#[derive(Debug)]
pub struct Meters {
    registry: Registry,
    open: Family<DoorLabel, Gauge>,
    requests: Family<RequestLabels, Counter>,
    errors: Family<ErrorLabels, Counter>,
    refused: Family<ReasonLabel, Counter>,
    closed: Family<ReasonLabel, Counter>,
    /// Events handed to sockets.
    deliveries: Counter,
    /// Bytes of those events.
    delivered_bytes: Counter,
}

/// Counts something as open until it is dropped.
#[derive(Debug)]
pub struct Open(Gauge);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Default for Meters {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("antiphon");
        let (open, requests, errors) = (Family::default(), Family::default(), Family::default());
        let (refused, closed) = (Family::default(), Family::default());
        let (deliveries, delivered_bytes) = (Counter::default(), Counter::default());
        registry.register("open", "Open sockets and streams, by door", Family::clone(&open));
        registry.register("requests", "Requests, by door and type", Family::clone(&requests));
        registry.register("errors", "Errors answered, by door and code", Family::clone(&errors));
        registry.register("refused", "Sockets refused at the door", Family::clone(&refused));
        registry.register("closed", "Sockets and HTTP lines ended, by reason", Family::clone(&closed));
        registry.register("deliveries", "Events handed to sockets", Counter::clone(&deliveries));
        registry.register("delivered_bytes", "Bytes of those events", Counter::clone(&delivered_bytes));
        Self { registry, open, requests, errors, refused, closed, deliveries, delivered_bytes }
    }
}

impl Meters {
    /// Counts a socket or stream of this door until the result is dropped.
    pub fn open(&self, door: &'static str) -> Open {
        let gauge = self.open.get_or_create(&DoorLabel { door }).clone();
        gauge.inc();
        Open(gauge)
    }

    /// Counts a request.
    pub fn request(&self, door: &'static str, request: &'static str) {
        self.requests.get_or_create(&RequestLabels { door, request }).inc();
    }

    /// Counts an error that was answered.
    pub fn error(&self, door: &'static str, code: ErrorCode) {
        self.errors.get_or_create(&ErrorLabels { door, code: code.as_str() }).inc();
    }

    /// Counts a socket that was turned away.
    pub fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&ReasonLabel { reason }).inc();
    }

    /// Counts the end of a socket or an HTTP line.
    pub fn closed(&self, reason: &'static str) {
        self.closed.get_or_create(&ReasonLabel { reason }).inc();
    }

    /// Counts events on their way to one socket.
    pub fn delivered(&self, events: usize, bytes: usize) {
        self.deliveries.inc_by(events as u64);
        self.delivered_bytes.inc_by(bytes as u64);
    }

    /// All of it, in the text format of OpenMetrics.
    pub fn text(&self) -> String {
        let mut page = String::new();
        text::encode(&mut page, &self.registry).expect("writing to a string cannot fail");
        page
    }
}
