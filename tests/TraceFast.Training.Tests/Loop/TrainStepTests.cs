using TraceFast.Kernels;
using TraceFast.Models;
using TraceFast.Models.Lora;
using TraceFast.PtxInterpreter;
using TraceFast.Training.Distributed;
using TraceFast.Training.Encoding;
using TraceFast.Training.Loop;
using TraceFast.Training.Objectives;
using TraceFast.Training.Optimization;
using TraceFast.Training.Packing;
using TraceFast.Training.Reference;
using TraceFast.Training.Scoring;
using TraceFast.Training.Steps;
using TraceFast.Training.Tests.Distributed;

namespace TraceFast.Training.Tests.Loop;

public class TrainStepTests
{
    private const double Tolerance = 1e-9;

    private static readonly IReadOnlyList<EncodedRecord> s_records = MakeRecords();

    public static TheoryData<string, int, int, bool> Cuts => new()
    {
        { "iopo", 1, 0, false },
        { "iopo", 60, 0, true },
        { "iopo", 100_000, 3, true },
        { "iopo", 100_000, 0, false },
        { "iopo_verified", 1, 0, true },
        { "iopo_verified", 100_000, 3, true },
        { "aot", 1, 3, true },
        { "aot", 100_000, 3, true },
        { "sft", 1, 0, true },
        { "sft", 100_000, 0, true },
        { "grpo", 1, 0, true },
        { "grpo", 100_000, 0, true },
    };

    /// <summary>However a step is cut into packs, its gradient is that of the packs of 50 tokens that share nothing.</summary>
    [Theory]
    [MemberData(nameof(Cuts))]
    public void The_gradient_is_the_same_for_any_token_budget(string kind, int budget, int sharedPrefix, bool shareAcrossRecords)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Decoder decoder = Decoder.Load(SmallRun.Model, new DecoderOptions { ComputeDtype = torch.ScalarType.Float64 });
        using LoraAdapter adapter = Adapter(decoder);
        (double loss,
            double[] expected) = Gradient(decoder, kind, new PackingOptions(50) { MinimumSharedPrefix = 0, ShareAcrossRecords = false });
        (double sameLoss,
            double[] actual) = Gradient(
                decoder, kind, new PackingOptions(budget) { MinimumSharedPrefix = sharedPrefix, ShareAcrossRecords = shareAcrossRecords });
        Assert.Equal(loss, sameLoss, Tolerance * Math.Abs(loss));
        double largest = expected.Max(Math.Abs);
        Assert.True(largest > 1e-6, "the gradient is not 0");
        Assert.True(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max() <= Tolerance * largest);
    }

    /// <summary>The derivative along a random direction is that of the loss itself (central difference).</summary>
    [Theory]
    [InlineData("iopo")]
    [InlineData("iopo_verified")]
    [InlineData("sft")]
    [InlineData("aot")]
    public void The_gradient_is_the_derivative_of_the_loss(string kind)
    {
        const double Step = 1e-5;
        using DisposeScope scope = torch.NewDisposeScope();
        using Decoder decoder = Decoder.Load(SmallRun.Model, new DecoderOptions { ComputeDtype = torch.ScalarType.Float64 });
        using LoraAdapter adapter = Adapter(decoder);
        PackingOptions packing = new(64);
        (_, double[] gradient) = Gradient(decoder, kind, packing);
        torch.Tensor[] direction = [
            .. decoder.TrainableParameters.Select(
                (p, i) => torch.randn(p.Parameter.shape, dtype: torch.ScalarType.Float64, generator: new torch.Generator((ulong)i)))];
        double derivative = direction.SelectMany(d => d.reshape(-1).data<double>().ToArray()).Zip(gradient, (d, g) => d * g).Sum();
        Move(Step);
        double up = StepOf(decoder, kind, packing).Evaluate(WholeStep, default).Loss;
        Move(-2 * Step);
        double down = StepOf(decoder, kind, packing).Evaluate(WholeStep, default).Loss;
        Assert.Equal(derivative, (up - down) / (2 * Step), 1e-6 * Math.Max(1, Math.Abs(derivative)));

        void Move(double by)
        {
            using IDisposable noGradient = torch.no_grad();
            foreach ((torch.Tensor parameter, torch.Tensor d) in decoder.TrainableParameters.Select(p => p.Parameter).Zip(direction))
                parameter.add_(d * by);
        }
    }

    /// <summary>
    /// The norms are those of the gradients of mean log-probabilities; with them the calibration is that of the formula, and the step's
    /// gradient is the sum of the preferred part times a, the others' part over a, and the SFT term.
    /// </summary>
    [Theory]
    [InlineData("iopo")]
    [InlineData("iopo_verified")]
    public void A_calibrated_step_scales_both_parts_by_the_ratio_of_norms(string kind)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Decoder decoder = Decoder.Load(SmallRun.Model, new DecoderOptions { ComputeDtype = torch.ScalarType.Float64 });
        using LoraAdapter adapter = Adapter(decoder);
        PackingOptions packing = new(64);
        PreferenceObjective objective = (PreferenceObjective)Learned(kind).Objective;
        objective.IsCalibrated = true;
        using TrainStep step = StepOf(decoder, kind, packing, objective: objective);
        IReadOnlyList<SequenceRole> preferred = objective.PreferredRoles;
        double[] s = GradientOf(step.Of(new MeanLogProbObjective(preferred)));
        double[] t = GradientOf(step.Of(new MeanLogProbObjective([.. objective.Roles.Except(preferred)])));
        RewardCalibration calibration = new(0.98);
        CalibrationPass pass = new(decoder, objective, calibration, Learned(kind).Records, ReferenceOf(kind), step);
        pass.Measure(WholeStep, default);
        Assert.Null(calibration.State);
        Assert.All(decoder.TrainableParameters, p => Assert.True(p.Parameter.grad is null));
        double[] calibrated = GradientOf(step);
        pass.Commit();
        double a = pass.Scale;
        Assert.Equal(calibration.State!.Scale, a);
        Assert.Equal(Math.Log(Norm(t) / Norm(s)), calibration.State.Norms, 10);
        Assert.True(Math.Abs(Math.Log(a)) > 0.01, $"a is {a}");

        // The gradient is linear in a and 1 / a: from 1 and 2 follow both parts and the SFT term, which does not scale.
        double[] AtScale(double scale)
        {
            objective.Calibration = scale;
            return GradientOf(step);
        }
        (double[] one, double[] two, double[] four) = (AtScale(1), AtScale(2), AtScale(4));
        double largest = one.Max(Math.Abs);
        for (int i = 0; i < one.Length; i++)
        {
            // g(a) = u + a v + w / a
            (double d1, double d2) = (two[i] - one[i], four[i] - one[i]); // v - w / 2, 3 v - 3 w / 4
            double w = (3 * d1 - d2) / (3.0 / 4 - 3.0 / 2), v = d1 + w / 2;
            double expected = one[i] - v - w + a * v + w / a;
            Assert.True(Math.Abs(expected - calibrated[i]) <= 1e-9 * largest, $"{i}: {expected} and {calibrated[i]}");
        }

        double[] GradientOf(TrainStep of)
        {
            foreach ((_, torch.Tensor parameter) in decoder.TrainableParameters)
                parameter.grad = null;
            of.Accumulate(WholeStep, default);
            double[] gradient =
                [.. decoder.TrainableParameters.SelectMany(p => p.Parameter.grad!.reshape(-1).data<double>().ToArray())];
            foreach ((_, torch.Tensor parameter) in decoder.TrainableParameters)
                parameter.grad = null;
            return gradient;
        }

        static double Norm(double[] gradient) => Math.Sqrt(gradient.Sum(g => g * g));
    }

    [Fact]
    public void Recomputed_activations_give_the_same_gradient()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        List<double[]> gradients = [];
        foreach (bool recompute in new[] { false, true })
        {
            using Decoder decoder = Decoder.Load(
                SmallRun.Model, new DecoderOptions { ComputeDtype = torch.ScalarType.Float64 });
            decoder.RecomputedLayers = recompute ? decoder.Config.Layers.Count : 0;
            using LoraAdapter adapter = Adapter(decoder);
            gradients.Add(Gradient(decoder, "iopo", new PackingOptions(100)).Gradient);
        }

        Assert.True(gradients[0].Zip(gradients[1], (a, b) => Math.Abs(a - b)).Max() <= 1e-12 * gradients[0].Max(Math.Abs));
    }

    /// <summary>
    /// Packs of one record each, on ranks that have other numbers of them, or none: all begin the same sums, and the gradient is that of
    /// one process.
    /// </summary>
    [Theory]
    [InlineData("iopo", 2)]
    [InlineData("sft", 2)]
    [InlineData("iopo", 3)]
    [InlineData("sft", 4)]
    public void Ranks_with_other_numbers_of_packs_add_up_to_the_gradient_of_one_process(string kind, int ranks)
    {
        PackingOptions packing = new(1);
        (double loss, double[] expected) = Of(Communicator.Alone);
        (double Loss, double[] Gradient, int Packs)[] all = ThreadCommunicator.Run(ranks, r =>
        {
            (double own, double[] gradient) = Of(r);
            Assert.InRange(((ThreadCommunicator)r).Begun.Count, 10, 1000); // during the backward pass, not all in the end
            return (own, gradient, PacksOf(r));
        });
        Assert.Equal([3, 2, 0, 0], [.. all.Select(r => r.Packs), .. new int[4 - ranks]]);
        double largest = expected.Max(Math.Abs);
        foreach ((double sameLoss, double[] actual, _) in all)
        {
            Assert.Equal(loss, sameLoss, Tolerance * Math.Abs(loss));
            Assert.True(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max() <= Tolerance * largest);
        }

        (double Loss, double[] Gradient) Of(Communicator own)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            using Decoder decoder = Decoder.Load(SmallRun.Model, new DecoderOptions { ComputeDtype = torch.ScalarType.Float64 });
            using LoraAdapter adapter = Adapter(decoder);
            return Gradient(decoder, kind, packing, own);
        }

        int PacksOf(Communicator own)
        {
            (Objective objective, IReadOnlyList<EncodedRecord> records) = Learned(kind);
            int[] places = [.. WholeStep.MicroBatches.Where(m => own.RankOf(m.Place) == own.Rank).SelectMany(m => m.Records)];
            return places.Length == 0 ? 0 : new Packer(packing, objective.Roles).Build([.. places.Select(p => records[p])]).Count;
        }
    }

    /// <summary>Masks of dropout are a function of the seed and the micro-batch, whatever was drawn before.</summary>
    [Fact]
    public void Dropout_depends_on_seed_and_micro_batch_alone()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Decoder decoder = Decoder.Load(SmallRun.Model, new DecoderOptions { ComputeDtype = torch.ScalarType.Float64 });
        using LoraAdapter adapter = Adapter(decoder, dropout: 0.3);
        decoder.Training = true;
        double Loss(int seed, int microBatch) => StepOf(decoder, "sft", new PackingOptions(100_000), seed)
            .Accumulate(new OptimizerStep(0, 0, [new MicroBatch(microBatch, 0, [0, 1])]), default).Loss;
        double first = Loss(1, 0);
        Assert.NotEqual(first, Loss(2, 0));
        Assert.NotEqual(first, Loss(1, 1));
        Assert.Equal(first, Loss(1, 0));
    }

    /// <summary>
    /// Three steps with the CUDA kernels, their PTX interpreted, iopo_loss among them: losses, margins and weights of the CPU's.
    /// </summary>
    [Fact]
    public void The_CUDA_kernels_train_to_the_same_losses_and_weights()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (double[] losses, double[] margins, double[] weights) = ThreeSteps(KernelSet.Cpu);
        (double[] sameLosses, double[] sameMargins, double[] sameWeights) = ThreeSteps(InterpretedCuda.Kernels);
        Assert.True(losses.Distinct().Count() == 3, "the loss does not move");
        Assert.All(losses.Zip(sameLosses), p => Assert.Equal(p.First, p.Second, 1e-9));
        Assert.All(margins.Zip(sameMargins), p => Assert.Equal(p.First, p.Second, 1e-9));
        Assert.All(weights.Zip(sameWeights), p => Assert.Equal(p.First, p.Second, 1e-9));

        static (double[] Losses, double[] Margins, double[] Weights) ThreeSteps(KernelSet kernels)
        {
            using Decoder decoder = Decoder.Load(
                SmallRun.Model, new DecoderOptions { ComputeDtype = torch.ScalarType.Float64, Kernels = kernels });
            using LoraAdapter adapter = Adapter(decoder);
            using AdamWOptimizer optimizer = new(
                kernels, [.. decoder.TrainableParameters.Select(p => (p.Name, p.Parameter))], new OptimizerOptions());
            TrainStep step = StepOf(decoder, "iopo", new PackingOptions(120));
            List<StepResult> results = [];
            for (int i = 0; i < 3; i++)
            {
                results.Add(step.Accumulate(WholeStep, default));
                optimizer.Step(1e-2);
                optimizer.DropGradients();
            }
            return (
                [.. results.Select(r => r.Loss)], [.. results.SelectMany(r => r.Values).Select(v => v.Margin)],
                [.. decoder.TrainableParameters.SelectMany(p => p.Parameter.reshape(-1).data<double>().ToArray())]);
        }
    }

    [Fact]
    public void Sums_follow_the_labels_of_each_sequence()
    {
        Pack pack = new Packer(new PackingOptions(1000), [SequenceRole.Chosen, SequenceRole.Rejected]).Build(
            [new EncodedPair(0, [1, 2], [3, 4], [5])]).Single();
        Assert.Equal([-1.5, -4], PackScorer.SequenceSums(pack, [-1, -0.5, -4]));
    }

    private static OptimizerStep WholeStep => new(0, 1, [new MicroBatch(0, 0, [0, 1, 2]), new MicroBatch(1, 0, [3, 4], Place: 1)]);

    /// <param name="ranks">With fast sums in small buckets; null: one process, with ordered ones.</param>
    private static (double Loss, double[] Gradient) Gradient(
        Decoder decoder, string kind, PackingOptions packing, Communicator? ranks = null)
    {
        foreach ((_, torch.Tensor parameter) in decoder.TrainableParameters)
            parameter.grad = null;
        using TrainStep step = StepOf(decoder, kind, packing, ranks: ranks);
        double loss = step.Accumulate(WholeStep, default).Loss;
        return (loss, [.. decoder.TrainableParameters.SelectMany(p => p.Parameter.grad!.reshape(-1).data<double>().ToArray())]);
    }

    private static ReferenceLogProbs? ReferenceOf(string kind)
    {
        (Objective objective, IReadOnlyList<EncodedRecord> records) = Learned(kind);
        double[] values = [.. Enumerable.Range(0, records.Count * objective.Roles.Count).Select(i => -10 - 3.0 * i)];
        return objective.NeedsReference ? new ReferenceLogProbs("", "", objective.Roles.Count, values) : null;
    }

    private static TrainStep StepOf(
        Decoder decoder, string kind, PackingOptions packing, int seed = 0, Communicator? ranks = null, Objective? objective = null)
    {
        (Objective learned, IReadOnlyList<EncodedRecord> records) = Learned(kind);
        StepOptions options = new(packing, LossReduction.Records, SftLossReduction.Token, 2)
        {
            Seed = seed,
            GradientReduction = ranks is null ? GradientReduction.Ordered : GradientReduction.Fast,
        };
        return new TrainStep(decoder, objective ?? learned, records, ReferenceOf(kind), options, ranks, bucketBytes: 1024);
    }

    private static (Objective Objective, IReadOnlyList<EncodedRecord> Records) Learned(string kind) => kind switch
    {
        "iopo" => (PreferenceObjective.Iopo(new SigmoidLoss(0.1, 0.1), 0.1, ftx: 0.5), s_records),
        "iopo_verified" => (
            PreferenceObjective.IopoVerified(new SigmoidLoss(0.1, 0.1), 0.1, ftx: 0.5, iopo: 0.7, failures: 1.3),
            [
                .. s_records.Cast<EncodedQuad>().Select(q => q with
                {
                    F1 = q.Index == 2 ? [] : [40 + q.Index, 41], F2 = q.Index is 0 or 2 ? [] : [7], Y1Verified = q.Index != 3,
                }),
            ]),
        "aot" => (new AotObjective(new AotLoss(0.1, 0, false), [SequenceRole.X1Y1, SequenceRole.X1Y2]), s_records),
        "grpo" => (
            new GrpoObjective(),
            [
                .. s_records.Cast<EncodedQuad>().Select(
                    q => new EncodedAnswer(q.Index, q.X1, q.Y1, 0.7 - 0.5 * q.Index) { Trained = q.Index != 3 }),
            ]),
        _ => (new SftObjective(), [.. s_records.Cast<EncodedQuad>().Select(q => new EncodedSft(
            q.Index,
            [new RecordPart(q.X1, false), new RecordPart(q.Y1, true), new RecordPart(q.X2, false), new RecordPart(q.Y2, true)]))]),
    };

    /// <summary>An adapter whose B is not 0, so that every parameter has a gradient.</summary>
    private static LoraAdapter Adapter(Decoder decoder, double dropout = 0)
    {
        LoraAdapter adapter = LoraAdapter.Create(new LoraConfig { Rank = 3, Alpha = 6, Dropout = dropout }, decoder, seed: 1);
        using IDisposable noGradient = torch.no_grad();
        using torch.Generator generator = new(5);
        foreach ((string name, torch.Tensor parameter) in adapter.Parameters)
            if (name.Contains("lora_B", StringComparison.Ordinal))
                parameter.add_(torch.randn(parameter.shape, dtype: torch.ScalarType.Float64, generator: generator) * 0.05);
        decoder.Attach(adapter);
        return adapter;
    }

    private static EncodedRecord[] MakeRecords()
    {
        Random random = new(3);
        return [.. Enumerable.Range(0, 5).Select(i =>
        {
            // Records 1 and 2 share x1; all of them share their first tokens.
            int[] common = [.. Enumerable.Range(10, 6)];
            return new EncodedQuad(i, [.. common, i is 1 or 2 ? 77 : 80 + i, 5], Ids(random), [.. common, 90 + i], Ids(random));
        })];

        static int[] Ids(Random random) => [.. Enumerable.Range(0, 1 + random.Next(9)).Select(_ => random.Next(250))];
    }
}
