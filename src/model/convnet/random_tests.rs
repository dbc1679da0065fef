//! Random networks, read from ONNX files, by this engine and by the others.

use fastrand::Rng;

use super::{
    Convnet,
    file::{Message, constant, integer, model, node},
};
use crate::{
    batch::{Data, Input},
    model::{
        device::Device,
        engine::{Engine, NetworkFile, Placement},
        engines::ENGINES,
        ports::{NumberType, Port, Ports, WindowPorts},
    },
};

const PLACE: Placement = Placement { device: Device::Cpu, sessions: 1, threads: 1, only_if_faster: false };

fn values(random: &mut Rng, count: usize, scale: f32) -> Vec<f32> {
    (0..count).map(|_| (random.f32() + random.f32() + random.f32() - 1.5) * 2.0 * scale).collect()
}

/// Nodes and constants.
#[derive(Default)]
struct File {
    nodes: Vec<Vec<u8>>,
    constants: Vec<Vec<u8>>,
}

impl File {
    fn add(&mut self, operator: &str, inputs: &[&str], output: &str, attributes: &[(&str, &[i64])]) {
        self.nodes.push(node(operator, inputs, output, attributes));
    }

    fn numbers(&mut self, random: &mut Rng, name: &str, shape: &[usize], scale: f32) {
        let values = values(random, shape.iter().product(), scale);
        self.constants.push(constant(name, shape, &values));
    }

    fn integer(&mut self, name: &str, value: i64) {
        self.constants.push(integer(name, value));
    }

    /// `read` to `write`, with weights and a bias of their own.
    fn convolution(&mut self, random: &mut Rng, [read, write]: [&str; 2], [from, to, width, dilation]: [usize; 4]) {
        let [weights, bias] = [format!("{write}.w"), format!("{write}.b")];
        self.numbers(random, &weights, &[to, from, width], 1.0 / ((from * width) as f32).sqrt());
        self.numbers(random, &bias, &[to], 0.1);
        self.add(
            "Conv",
            &[read, &weights, &bias],
            write,
            &[("dilations", &[dilation as i64]), ("pads", &[0, 0]), ("strides", &[1])],
        );
    }

    /// A batch norm with a variance around 1.
    fn norm(&mut self, random: &mut Rng, [read, write]: [&str; 2], channels: usize) {
        let names = ["scale", "shift", "mean", "variance"].map(|what| format!("{write}.{what}"));
        for name in &names[..3] {
            self.numbers(random, name, &[channels], 0.5);
        }
        let variance: Vec<f32> = (0..channels).map(|_| random.f32() + 0.5).collect();
        self.constants.push(constant(&names[3], &[channels], &variance));
        let [scale, shift, mean, variance] = names.each_ref().map(String::as_str);
        self.add("BatchNormalization", &[read, scale, shift, mean, variance], write, &[]);
    }

    fn bytes(&self, labels: usize) -> Vec<u8> {
        let mut graph = self.nodes.iter().fold(Message::default(), |message, node| message.bytes(1, node));
        graph = graph.bytes(2, b"random");
        graph = self.constants.iter().fold(graph, |message, constant| message.bytes(5, constant));
        let port = |name: &str, channels: usize| {
            let axis = |name: &str| Message::default().bytes(2, name.as_bytes()).0;
            let channels = Message::default().number(1, channels as i64).0;
            let shape =
                Message::default().bytes(1, &axis("rows")).bytes(1, &channels).bytes(1, &axis(&format!("{name}s")));
            let tensor = Message::default().number(1, 1).bytes(2, &shape.0);
            Message::default().bytes(1, name.as_bytes()).bytes(2, &Message::default().bytes(1, &tensor.0).0).0
        };
        model(&graph.bytes(11, &port("x", 4)).bytes(12, &port("y", labels)))
    }
}

/// A stem, residual units (norm, activation, convolution, twice), a skip from each, and a head. Returns what it takes off a sequence.
fn residual(random: &mut Rng, file: &mut File, channels: usize, units: &[[usize; 2]], labels: usize) -> usize {
    let context: usize = units.iter().map(|[width, dilation]| 2 * (width - 1) * dilation).sum();
    let (mut trunk, mut sum, mut cut) = ("stem".to_string(), String::new(), 0);
    file.integer("axis", 2);
    file.convolution(random, ["x", &trunk], [4, channels, 1, 1]);
    for (index, &[width, dilation]) in units.iter().enumerate() {
        let name = |what: &str| format!("{index}.{what}");
        let reach = (width - 1) * dilation;
        let activation = random.choice(["Relu", "LeakyRelu"]).unwrap_or("Relu");
        file.norm(random, [&trunk, &name("norm")], channels);
        file.add(activation, &[&name("norm")], &name("active"), &[]);
        file.convolution(random, [&name("active"), &name("first")], [channels, channels, width, dilation]);
        file.add(activation, &[&name("first")], &name("between"), &[]);
        file.convolution(random, [&name("between"), &name("second")], [channels, channels, width, dilation]);
        let straight = file.cut(&trunk, &name("straight"), reach);
        file.add("Add", &[&straight, &name("second")], &name("trunk"), &[]);
        (trunk, cut) = (name("trunk"), cut + reach);
        let middle = file.cut(&trunk, &name("middle"), context / 2 - cut);
        file.convolution(random, [&middle, &name("skip")], [channels, channels, 1, 1]);
        if sum.is_empty() {
            sum = name("skip");
        } else {
            file.add("Add", &[&sum, &name("skip")], &name("sum"), &[]);
            sum = name("sum");
        }
    }
    file.convolution(random, [&sum, "logits"], [channels, labels, 1, 1]);
    match random.choice(["Softmax", "Sigmoid", "Identity"]) {
        Some("Softmax") => file.add("Softmax", &["logits"], "y", &[("axis", &[1])]),
        other => file.add(other.unwrap_or("Identity"), &["logits"], "y", &[]),
    }
    context
}

impl File {
    /// What is left of `read` without so many positions at both ends.
    fn cut(&mut self, read: &str, write: &str, each: usize) -> String {
        if each == 0 {
            return read.into();
        }
        let [from, to] = ["from", "to"].map(|end| format!("{write}.{end}"));
        self.integer(&from, each as i64);
        self.integer(&to, -(each as i64));
        self.add("Slice", &[read, &from, &to, "axis"], write, &[]);
        write.into()
    }
}

fn run(
    engine: &dyn Engine,
    bytes: &[u8],
    [rows, bases, labels]: [usize; 3],
    input: &[f32],
) -> Result<Vec<f32>, String> {
    let port = |name: &str, channels: usize| Port {
        name: name.into(),
        number: Some(NumberType::F32),
        shape: Some(vec![None, Some(channels), None]),
    };
    let ports = WindowPorts { all: Ports { inputs: vec![port("x", 4)], outputs: vec![port("y", labels)] } };
    let file = NetworkFile { place: "random".into(), bytes: bytes.to_vec().into(), data: Vec::new(), on_disk: None };
    let mut models = engine.load_windows(file, &ports, PLACE).map_err(|error| error.to_string())?;
    let model = models.first_mut().ok_or("a model")?;
    let found = model.run(&[Input { shape: &[rows, 4, bases], data: Data::F32(input) }]);
    Ok(found.map_err(|error| error.to_string())?.remove(0))
}

/// 4 to 64 channels, widths of 1 to 51, dilations of 1 to 64, from one answer on.
#[test]
fn random_networks_have_the_scores_of_the_other_engines() {
    let mut random = Rng::with_seed(23);
    for index in 0..24 {
        let (channels, labels) = (random.usize(4..=64), random.usize(1..=5));
        let units: Vec<[usize; 2]> = (0..random.usize(1..=3))
            .map(|_| [random.usize(0..=25) * 2 + 1, random.usize(1..=64).min(1 + 8 * index)])
            .collect();
        let mut file = File::default();
        let context = residual(&mut random, &mut file, channels, &units, labels);
        let (rows, answers) = (random.usize(1..=2), random.choice([1, 3, 60, 250]).unwrap_or(1));
        let bases = context + answers;
        let shape = [rows, bases, labels];
        let mut input = vec![0.0; rows * 4 * bases];
        for row in 0..rows {
            (0..bases).for_each(|at| input[(row * 4 + random.usize(..4)) * bases + at] = 1.0);
        }
        let bytes = file.bytes(labels);
        let own = run(&Convnet, &bytes, shape, &input).expect("answers");
        assert_eq!(own.len(), rows * labels * answers);
        for engine in ENGINES.iter().filter(|engine| !engine.is_selective() && engine.find(Device::Cpu).is_ok()) {
            let other = run(*engine, &bytes, shape, &input).expect("answers");
            assert_eq!(own.len(), other.len());
            let most = other.iter().fold(1.0f32, |most, x| most.max(x.abs()));
            let worst = own.iter().zip(&other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) / most;
            assert!(worst < 1e-5, "{}: {channels} channels, {units:?}, {answers} answers: {worst:.1e}", engine.name());
        }
    }
}

#[test]
fn too_short_sequences_and_weights_that_are_no_numbers_are_refused_with_the_reason() {
    let mut random = Rng::with_seed(24);
    let mut file = File::default();
    let context = residual(&mut random, &mut file, 8, &[[11, 3]], 2);
    let bytes = file.bytes(2);
    for bases in [context, 20, 1] {
        let why = run(&Convnet, &bytes, [1, bases, 2], &vec![0.0; 4 * bases]).expect_err("refused");
        assert!(why.contains(&format!("{bases} bases; the network reads more than {context}")), "{why}");
    }
    for (place, bad) in [(2, f32::NAN), (5, f32::INFINITY)] {
        let mut values = values(&mut random, 8 * 8 * 11, 0.1);
        values[place] = bad;
        let mut nodes = File { nodes: file.nodes.clone(), constants: file.constants.clone() };
        nodes.constants.retain(|bytes| !bytes.windows(10).any(|part| part == b"0.second.w"));
        nodes.constants.push(constant("0.second.w", &[8, 8, 11], &values));
        let why =
            run(&Convnet, &nodes.bytes(2), [1, context + 9, 2], &vec![0.0; 4 * context + 36]).expect_err("refused");
        assert!(why.contains("the node that writes 0.second (Conv): a weight is infinite or not a number"), "{why}");
    }
}
