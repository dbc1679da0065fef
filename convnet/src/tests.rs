//! Random networks against sums in 64 bits; changes against changed sequences; bits against bits.

use std::sync::Arc;

use fastrand::Rng;
use fearless_simd::Level;

use crate::{Before, Change, Convolution, Network, Prepared, Read, Runner, Step};

fn values(random: &mut Rng, count: usize, scale: f32) -> Vec<f32> {
    (0..count).map(|_| (random.f32() + random.f32() + random.f32() - 1.5) * 2.0 * scale).collect()
}

fn all(value: usize) -> Read {
    Read { value, start: 0, end: 0 }
}

fn convolution(random: &mut Rng, [inputs, outputs, width, dilation, groups]: [usize; 5]) -> Convolution {
    let scale = 1.0 / ((inputs / groups * width) as f32).sqrt();
    let before = random.bool().then(|| Before {
        scale: values(random, inputs, 1.0),
        shift: values(random, inputs, 0.3),
        slope: random.choice([0.0, 0.1, 1.0]).unwrap_or(0.0),
    });
    Convolution {
        inputs,
        outputs,
        groups,
        width,
        dilation,
        weights: values(random, outputs * inputs / groups * width, scale),
        bias: values(random, outputs, 0.1),
        before,
        slope: random.choice([0.0, 0.2, 1.0]).unwrap_or(1.0),
    }
}

/// A stem, residual units, a skip from each, and one or two heads.
fn residual(random: &mut Rng, channels: usize, shapes: &[[usize; 3]]) -> Network {
    let mut steps =
        vec![Step { source: all(0), convolution: convolution(random, [4, channels, 1, 1, 1]), added: None }];
    let context: usize = shapes.iter().map(|[width, dilation, _]| 2 * (width - 1) * dilation).sum();
    let (mut trunk, mut cut, mut sum) = (1, 0, None);
    for &[width, dilation, groups] in shapes {
        let reach = (width - 1) * dilation;
        let unit = [channels, channels, width, dilation, groups];
        steps.push(Step { source: all(trunk), convolution: convolution(random, unit), added: None });
        let straight = Read { value: trunk, start: reach, end: reach };
        steps.push(Step { source: all(steps.len()), convolution: convolution(random, unit), added: Some(straight) });
        (trunk, cut) = (steps.len(), cut + reach);
        let source = Read { value: trunk, start: context / 2 - cut, end: context / 2 - cut };
        let skip = convolution(random, [channels, channels, 1, 1, 1]);
        steps.push(Step { source, convolution: skip, added: sum.map(all) });
        sum = Some(steps.len());
    }
    let mut outputs = Vec::new();
    for labels in [3, 1] {
        steps.push(Step {
            source: all(sum.unwrap_or(trunk)),
            convolution: convolution(random, [channels, labels, 1, 1, 1]),
            added: None,
        });
        outputs.push(all(steps.len()));
    }
    Network { channels: 4, steps, outputs }
}

/// One-hot, with some unknown bases.
fn sequence(random: &mut Rng, bases: usize) -> Vec<f32> {
    let mut input = vec![0.0; 4 * bases];
    for at in 0..bases {
        if random.u8(..) > 8 {
            input[random.usize(..4) * bases + at] = 1.0;
        }
    }
    input
}

fn activated(x: f64, slope: f32) -> f64 {
    if x < 0.0 { x * f64::from(slope) } else { x }
}

/// Every output of a network in 64 bits, channel after channel.
fn exact(network: &Network, bases: usize, input: &[f32]) -> Vec<Vec<f64>> {
    let mut known: Vec<Vec<Vec<f64>>> =
        vec![input.chunks(bases).map(|c| c.iter().map(|x| f64::from(*x)).collect()).collect()];
    for step in &network.steps {
        let c = &step.convolution;
        let rows = known[step.source.value][0].len() - step.source.start - step.source.end;
        let source: Vec<Vec<f64>> = (0..c.inputs)
            .map(|channel| {
                let read = &known[step.source.value][channel][step.source.start..][..rows];
                read.iter()
                    .map(|x| match &c.before {
                        Some(before) => activated(
                            x * f64::from(before.scale[channel]) + f64::from(before.shift[channel]),
                            before.slope,
                        ),
                        None => *x,
                    })
                    .collect()
            })
            .collect();
        let (inputs, outputs) = (c.inputs / c.groups, c.outputs / c.groups);
        let out = |output: usize| {
            (0..rows - (c.width - 1) * c.dilation)
                .map(|at| {
                    let mut sum = f64::from(c.bias[output]);
                    for input in 0..inputs {
                        let channel = &source[output / outputs * inputs + input];
                        for tap in 0..c.width {
                            sum += f64::from(c.weights[(output * inputs + input) * c.width + tap])
                                * channel[at + tap * c.dilation];
                        }
                    }
                    let added = step.added.map_or(0.0, |added| known[added.value][output][added.start + at]);
                    activated(sum, c.slope) + added
                })
                .collect()
        };
        known.push((0..c.outputs).map(out).collect());
    }
    network.outputs.iter().map(|read| known[read.value].concat()).collect()
}

fn runner(network: &Network) -> Runner {
    Runner::new(Arc::new(Prepared::new(network).expect("a network")))
}

fn worst(found: &[Vec<f32>], wanted: &[Vec<f64>]) -> f64 {
    let lens = |lists: Vec<usize>| lists;
    assert_eq!(lens(found.iter().map(Vec::len).collect()), lens(wanted.iter().map(Vec::len).collect()));
    let scale = wanted.iter().flatten().fold(1.0f64, |most, x| most.max(x.abs()));
    let pairs = found.iter().flatten().zip(wanted.iter().flatten());
    pairs.map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max) / scale
}

/// Every shape: few and many channels, narrow and wide filters, from one answer on.
#[test]
fn networks_equal_sums_in_64_bits() {
    let mut random = Rng::with_seed(1);
    for index in 0..50 {
        let channels = random.usize(1..65);
        let shapes: Vec<[usize; 3]> = (0..random.usize(1..3))
            .map(|_| [random.usize(0..26) * 2 + 1, random.usize(1..65).min(1 + index * 2), 1])
            .collect();
        let network = residual(&mut random, channels, &shapes);
        let runner = runner(&network);
        let answers = random.choice([1, 2, 17, 100, 400]).unwrap_or(1);
        let bases = runner.network().context() + answers;
        let input = sequence(&mut random, bases);
        let found = runner.run(bases, &input).expect("answers");
        let worst = worst(&found, &exact(&network, bases, &input));
        assert!(worst < 4e-6, "{channels} channels, {shapes:?}, {answers} answers: {worst:.1e}");
    }
}

#[test]
fn groups_of_channels_and_filters_of_even_width_equal_sums_in_64_bits() {
    let mut random = Rng::with_seed(2);
    for (channels, shapes) in
        [(32, vec![[11, 3, 2]]), (48, vec![[21, 2, 3], [7, 5, 3]]), (12, vec![[9, 2, 4]]), (64, vec![[41, 1, 1]])]
    {
        let network = residual(&mut random, channels, &shapes);
        let runner = runner(&network);
        let bases = runner.network().context() + 150;
        let input = sequence(&mut random, bases);
        let found = runner.run(bases, &input).expect("answers");
        assert!(worst(&found, &exact(&network, bases, &input)) < 4e-6, "{channels} {shapes:?}");
    }
    let steps = vec![
        Step { source: all(0), convolution: convolution(&mut random, [4, 20, 8, 3, 1]), added: None },
        Step {
            source: Read { value: 1, start: 2, end: 5 },
            convolution: convolution(&mut random, [20, 33, 6, 1, 1]),
            added: None,
        },
    ];
    let network = Network { channels: 4, steps, outputs: vec![all(2)] };
    let input = sequence(&mut random, 300);
    let found = runner(&network).run(300, &input).expect("answers");
    assert!(worst(&found, &exact(&network, 300, &input)) < 4e-6);
}

fn spliceai_like(random: &mut Rng) -> Network {
    residual(random, 32, &[[11, 1, 1], [11, 4, 1], [21, 10, 1], [41, 5, 1]])
}

fn inserted(random: &mut Rng, bases: usize) -> Vec<f32> {
    sequence(random, bases)
}

#[test]
fn changes_equal_changed_sequences() {
    let mut random = Rng::with_seed(3);
    let network = spliceai_like(&mut random);
    let runner = runner(&network);
    let context = runner.network().context();
    let (half, bases) = (context / 2, context + 300);
    let input = sequence(&mut random, bases);
    let shapes = [(1, 1), (1, 4), (6, 1), (0, 3), (3, 3), (150, 1), (1, 200)];
    let inserts: Vec<Vec<f32>> = shapes.iter().map(|(_, count)| inserted(&mut random, *count)).collect();
    // In the middle, and at the first and the last place that has answers.
    for at in [half, half + 120, half + 149] {
        let changes: Vec<Change<'_>> = shapes
            .iter()
            .zip(&inserts)
            .map(|(&(removed, _), inserted)| Change {
                at,
                removed,
                inserted,
                left: (at - half).min(50),
                right: (300 + half - at - removed).min(50),
            })
            .collect();
        let (reference, answers) = runner.run_changes(bases, &input, 0, &changes).expect("answers");
        assert_eq!(reference, runner.run(bases, &input).expect("answers"));
        for (change, answers) in changes.iter().zip(&answers) {
            let count = change.inserted.len() / 4;
            let changed: Vec<f32> = input
                .chunks(bases)
                .zip(change.inserted.chunks(count))
                .flat_map(|(channel, new)| [&channel[..at], new, &channel[at + change.removed..]].concat())
                .collect();
            let len = bases + count - change.removed;
            let wanted = exact(&network, len, &changed);
            let (from, asked) = (at - half - change.left, change.left + count + change.right);
            let part = |values: &Vec<f64>| -> Vec<f64> {
                values.chunks(len - context).flat_map(|channel| channel[from..from + asked].to_vec()).collect()
            };
            let wanted: Vec<Vec<f64>> = wanted.iter().map(part).collect();
            assert!(worst(answers, &wanted) < 4e-6, "{} for {} at {at}", count, change.removed);
        }
    }
}

/// Positions [first, last) of each channel.
fn cut(values: &[f32], len: usize, first: usize, last: usize) -> Vec<f32> {
    values.chunks(len).flat_map(|channel| channel[first..last].to_vec()).collect()
}

#[test]
fn bits_do_not_depend_on_the_sequence_around_and_on_other_changes() {
    let mut random = Rng::with_seed(4);
    let network = spliceai_like(&mut random);
    let runner = runner(&network);
    let (context, period) = (runner.network().context(), 100);
    let bases = context + 700;
    let input = sequence(&mut random, bases);
    let new: Vec<Vec<f32>> = (0..30).map(|index| inserted(&mut random, 1 + index % 3)).collect();
    let change = |index: usize, shift: usize| Change {
        at: context / 2 + 250 + 7 * index - shift,
        removed: 1 + index % 2,
        inserted: &new[index],
        left: 50,
        right: 50,
    };
    let many: Vec<Change<'_>> = (0..30).map(|index| change(index, 0)).collect();
    // More changes than are run together: everything is kept.
    let (whole, answers) = runner.run_changes(bases, &input, period, &many).expect("answers");
    let longer = runner.run(bases, &input).expect("answers");
    assert_ne!(whole, longer, "one segment is computed in other blocks");
    for (first, last) in [(200, 600), (100, 600), (200, 700)] {
        let len = context + last - first;
        let part = cut(&input, bases, first, last + context);
        let few: Vec<Change<'_>> = [3, 20].map(|index| change(index, first)).to_vec();
        let (reference, alone) = runner.run_changes(len, &part, period, &few).expect("answers");
        for (reference, whole) in reference.iter().zip(&whole) {
            assert_eq!(*reference, cut(whole, 700, first, last));
        }
        assert_eq!(alone, [answers[3].clone(), answers[20].clone()]);
    }
}

#[test]
fn all_instructions_compute_the_same() {
    let mut random = Rng::with_seed(5);
    let network = spliceai_like(&mut random);
    // Filters are transformed where they are used first, by the same instructions.
    let prepared = || Arc::new(Prepared::new(&network).expect("a network"));
    let bases = prepared().context() + 130;
    let input = sequence(&mut random, bases);
    let wanted = exact(&network, bases, &input);
    let mut fused = Vec::new();
    for level in levels() {
        let found = Runner::with_level(prepared(), level).run(bases, &input).expect("answers");
        assert!(worst(&found, &wanted) < 4e-6, "{level:?}");
        if is_fused(level) {
            fused.push(found);
        }
    }
    assert!(fused.windows(2).all(|pair| pair[0] == pair[1]));
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
fn levels() -> Vec<Level> {
    let best = Level::new();
    let narrower = [best.as_avx2().map(Level::Avx2), best.as_sse4_2().map(Level::Sse4_2)];
    [Some(best)].into_iter().chain(narrower).flatten().chain([Level::baseline()]).collect()
}

#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
fn levels() -> Vec<Level> {
    vec![Level::new(), Level::baseline()]
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
fn is_fused(level: Level) -> bool {
    level.as_avx2().is_some()
}

#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
fn is_fused(_: Level) -> bool {
    true
}

#[test]
fn what_is_no_network_is_refused_with_the_reason() {
    let mut random = Rng::with_seed(6);
    let network = residual(&mut random, 8, &[[5, 2, 1]]);
    let refused = |change: &dyn Fn(&mut Network)| {
        let mut network = network.clone();
        change(&mut network);
        Prepared::new(&network).err().unwrap_or_default().reason
    };
    assert!(refused(&|network| network.steps[1].convolution.weights[3] = f32::NAN).contains("not a number"));
    assert!(refused(&|network| network.steps[0].convolution.bias[0] = f32::INFINITY).contains("infinite"));
    assert!(
        refused(&|network| _ = network.steps[0].convolution.bias.pop()).contains("as many weights as another shape")
    );
    assert!(refused(&|network| network.steps[1].convolution.dilation = 0).contains("impossible shape"));
    assert!(refused(&|network| network.steps[1].source.value = 9).contains("before it is computed"));
    assert!(refused(&|network| network.steps[2].added = Some(all(1))).contains("different shapes"));
    assert!(refused(&|network| network.steps[2].convolution.slope = 2.0).contains("slope"));
    assert!(refused(&|network| network.outputs.clear()).contains("no output"));
    assert!(refused(&|network| network.outputs.push(all(1))).contains("different lengths"));
    let runner = runner(&network);
    let context = runner.network().context();
    assert!(runner.run(context, &vec![0.0; 4 * context]).is_err());
    assert!(runner.run(context + 1, &[0.0; 4]).is_err());
    let far = Change { at: 0, removed: 1, inserted: &[1.0, 0.0, 0.0, 0.0], left: 1, right: 1 };
    assert!(runner.run_changes(context + 9, &vec![0.0; 4 * context + 36], 0, &[far]).is_err());
}
