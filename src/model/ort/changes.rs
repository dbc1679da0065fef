//! Networks that score changes of a stretch, in ONNX Runtime. The states of the stretch stay in its memory.

use std::borrow::Cow;

use ort::{
    session::{Session, SessionInputValue, SessionOutputs},
    value::{DynValue, TensorRef},
};

use super::session::{Memory, failed, no_output, open};
use crate::{
    error::Result,
    model::{
        engine::{NetworkFile, Placement, StretchThenChange},
        ports::ChangePorts,
    },
};

/// The two networks of a member.
pub(super) struct OrtChange {
    stretch: Session,
    change: Session,
    /// What messages call the two.
    names: [String; 2],
    input: String,
    heads: Vec<String>,
    states: Vec<(String, DynValue)>,
    state_names: Vec<String>,
}

impl OrtChange {
    pub(super) fn load(files: &[NetworkFile; 2], to: Placement, ports: &ChangePorts) -> Result<Self> {
        let [stretch, change] = files;
        Ok(Self {
            stretch: open(stretch, to, &ports.stretch, Memory::Freed)?,
            change: open(change, to, &ports.change, Memory::Freed)?,
            names: [stretch.place.clone(), change.place.clone()],
            input: ports.input().into(),
            heads: ports.head_names(),
            state_names: ports.state_names(),
            states: Vec::new(),
        })
    }
}

/// The values of some outputs.
fn values_of(outputs: &SessionOutputs<'_>, names: &[String]) -> Result<Vec<Vec<f32>>, ort::Error> {
    names
        .iter()
        .map(|name| outputs[name.as_str()].try_extract_tensor::<f32>().map(|(_, values)| values.to_vec()))
        .collect()
}

impl StretchThenChange for OrtChange {
    fn stretch(&mut self, bases: usize, input: &[f32]) -> Result<Vec<Vec<f32>>> {
        let name = &self.names[0];
        let failed = failed(name);
        // Their memory is freed before the call that needs as much again.
        self.states.clear();
        let tensor = TensorRef::from_array_view(([1, 4, bases], input)).map_err(&failed)?;
        let inputs = vec![(Cow::Borrowed(self.input.as_str()), SessionInputValue::from(tensor))];
        let mut outputs = self.stretch.run(inputs).map_err(&failed)?;
        let heads = values_of(&outputs, &self.heads).map_err(&failed)?;
        for state in &self.state_names {
            let value = outputs.remove(state).ok_or_else(|| no_output(name, state))?;
            self.states.push((state.clone(), value));
        }
        Ok(heads)
    }

    fn change(&mut self, bases: usize, inserted: &[f32], edit: [i64; 4]) -> Result<Vec<Vec<f32>>> {
        let failed = failed(&self.names[1]);
        let mut inputs: Vec<(Cow<'_, str>, SessionInputValue<'_>)> = self
            .states
            .iter()
            .map(|(name, value)| (Cow::Borrowed(name.as_str()), SessionInputValue::from(value)))
            .collect();
        let inserted = TensorRef::from_array_view(([1, 4, bases], inserted)).map_err(&failed)?;
        let edit = TensorRef::from_array_view(([4], edit.as_slice())).map_err(&failed)?;
        inputs.push((Cow::Borrowed(ChangePorts::INSERTED), inserted.into()));
        inputs.push((Cow::Borrowed(ChangePorts::EDIT), edit.into()));
        let outputs = self.change.run(inputs).map_err(&failed)?;
        values_of(&outputs, &self.heads).map_err(&failed)
    }

    fn forget(&mut self) {
        self.states.clear();
    }
}
