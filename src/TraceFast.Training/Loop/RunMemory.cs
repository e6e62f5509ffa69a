using TraceFast.Data.Progress;
using TraceFast.Kernels;
using TraceFast.Kernels.AdamW8Bit;
using TraceFast.Models;
using TraceFast.Training.Configuration;
using TraceFast.Training.Distributed;
using TraceFast.Training.Encoding;
using TraceFast.Training.Metrics;
using TraceFast.Training.Objectives;
using TraceFast.Training.Optimization;
using TraceFast.Training.Packing;
using TraceFast.Training.Scoring;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Loop;

/// <summary>
/// The token budget and the number of recomputed layers that fit into <c>max_memory</c>, and what the process then takes:
/// <code>
///   peak = runtime + weights + optimizer's moments + sums of gradients + (1 + slack) x pass
///   pass   <see cref="PassMemory"/> over max(budget, longest record) tokens, with the adapter's gradients
///   sums   of the step's micro-batches that wait for others (<see cref="GradientReducer"/>), buffers of the exchange between ranks
/// </code>
/// Of all that fit, the one that takes the least time by
/// <code>time ~ (1 + recomputed / layers / 3) x (1 + <see cref="PackOverhead"/> / tokens of a pack)</code>
/// since a forward pass is a third of a step, and a pack costs as much as so many tokens more. Everything is a function of configuration,
/// model, data and number of ranks, and not of the machine's state: the budget decides on the order of additions.
/// </summary>
/// <param name="TokenBudget">Most tokens of a pack.</param>
/// <param name="Recomputed">Layers, from the first on.</param>
/// <param name="Tokens">The most tokens that a pack can have.</param>
/// <param name="Bytes">The predicted peak.</param>
internal sealed record RunMemory(int TokenBudget, int Recomputed, int Tokens, double Bytes)
{
    /// <summary>The runtime's own memory, libraries, tokenizer, tokens of a step; measured, and nearly the same in all runs.</summary>
    private const double RuntimeBytes = 260.0 * (1 << 20);

    /// <summary>What the heap takes beyond the tensors of a pass, measured.</summary>
    private const double Slack = 0.05;

    /// <summary>Share of max_memory that stays free in the plan: predictions were within 4 % of what was measured.</summary>
    private const double Margin = 0.03;

    /// <summary>
    /// Tokens that take as long as what a pack costs besides its tokens: SmolLM2-135M, bfloat16, AMD EPYC (Zen 5), 2 threads, packs of 320
    /// to 5,120 tokens.
    /// </summary>
    private const double PackOverhead = 130;

    /// <summary>Larger packs were not faster.</summary>
    private const int LargestBudget = 4096;

    private const int BudgetStep = 512;

    private const long MostRead = 2_000_000;

    private const double GiB = 1 << 30;

    /// <param name="resumedBudget">The budget of the checkpoint that is resumed; null without one.</param>
    /// <exception cref="InputException">Nothing fits.</exception>
    public static RunMemory Choose(
        RunConfiguration c, RunModel model, RunData data, int ranks, int? resumedBudget, IRunLog log, CancellationToken cancellation)
    {
        string where = c.Where("max_memory");
        double limit = c.MaxMemoryBytes!.Value;
        Decoder decoder = model.Decoder;
        if (decoder.Options.Kernels.Name != KernelSet.Cpu.Name)
            throw new InputException(
                $"{where}: max_memory plans the memory of the processor's kernels, and the run computes with "
                + $"{decoder.Options.Kernels.Name}; set token_budget and gradient_checkpointing instead");
        Objective objective = ObjectiveFactory.Create(c, data.Layout);
        int[] tokensOf = Lengths(data.Train, new Packer(c.Packing, objective.Roles), log, cancellation);
        int longest = tokensOf.Max();
        (int microBatch, int together) = TokensTogether(c, RunPlan.StepsOf(c, data, ranks), tokensOf, ranks);
        int group = objective.CouplesMicroBatch ? microBatch : Math.Min(longest, together);
        PassMemory pass = new(decoder, model.Adapter?.Config.Dropout ?? 0);
        double throughout = RuntimeBytes + WeightBytes(decoder) + MomentBytes(c, decoder) + SumBytes(c, decoder, ranks);
        int layers = decoder.Config.Layers.Count;
        (int fewest, int most) = !c.SaysWhatIsRecomputed ? (0, layers) : c.GradientCheckpointing ? (layers, layers) : (0, 0);
        RunMemory? best = null;
        foreach (int budget in Budgets(c, resumedBudget, group))
        {
            RunMemory? fitting = Enumerable.Range(fewest, most - fewest + 1).Select(recomputed => Plan(budget, recomputed))
                .FirstOrDefault(plan => plan.Bytes <= limit * (1 - Margin));
            if (fitting is not null && (best is null || fitting.Time(layers) <= best.Time(layers)))
                best = fitting;
        }
        if (best is not null)
            return best;
        RunMemory least = Plan(Budgets(c, resumedBudget, group).First(), most);
        throw new InputException(string.Create(
            CultureInfo.InvariantCulture,
            $"{where}: max_memory is {limit / GiB:0.00} GiB, and the run needs at least {least.Bytes / (1 - Margin) / GiB:0.00} GiB: "
            + $"{throughout / GiB:0.00} GiB for the program, weights, optimizer and sums of gradients, and "
            + $"{(least.Bytes - throughout) / GiB:0.00} GiB for a pass over {least.Tokens} tokens with {most} of {layers} layers "
            + $"recomputed (the longest record, {data.Train.OriginOf(Array.IndexOf(tokensOf, longest))}, takes {longest}); "
            + $"raise max_memory, or lower cutoff_len"
            + $"{(objective.CouplesMicroBatch ? " or per_device_train_batch_size" : "")}"
            + $"{(c.IsGiven("token_budget") ? " or token_budget" : "")}"
            + $"{(most < layers ? ", or leave gradient_checkpointing out" : "")}"
            + $"{(c.IsLora || c.MomentsIn8Bits ? "" : ", or set optim: adamw_8bit")}"));

        RunMemory Plan(int budget, int recomputed)
        {
            int tokens = Math.Max(group, Math.Min(budget, together));
            bool accumulates = together > tokens || c.PerDeviceTrainBatchSize > PackSlices.SliceRecords;
            return new(budget, recomputed, tokens, throughout + (1 + Slack) * pass.PeakBytes(tokens, recomputed, accumulates));
        }
    }

    public string Describe(RunConfiguration c, int layers) => string.Create(
        CultureInfo.InvariantCulture,
        $"memory: {Bytes / GiB:0.00} GiB planned of max_memory {c.MaxMemoryBytes / GiB:0.00} GiB: token_budget {TokenBudget} "
        + $"(packs of at most {Tokens} tokens), {Recomputed} of {layers} layers recomputed");

    /// <summary>The plan against what was measured, of several ranks the one that took most; all of them call this.</summary>
    /// <param name="peakMiB">The most that this process took.</param>
    public string Compare(RunConfiguration c, Communicator ranks, double peakMiB)
    {
        double measured = ranks.Gather(peakMiB).Max() * (1 << 20);
        string process = ranks.Size == 1 ? "the process" : $"the largest of {ranks.Size} processes";
        string told = FormattableString.Invariant(
            $"memory: {process} took {measured / GiB:0.00} GiB at most, {Bytes / GiB:0.00} GiB were planned");
        return measured > c.MaxMemoryBytes
            ? told + FormattableString.Invariant($"; this is more than max_memory, {c.MaxMemoryBytes / GiB:0.00} GiB") : told;
    }

    private double Time(int layers) => (1 + Recomputed / (3.0 * layers)) * (1 + PackOverhead / Tokens);

    /// <summary>In ascending order: of those that are alike the last one is taken, so that evaluations have large packs.</summary>
    private static IEnumerable<int> Budgets(RunConfiguration c, int? resumed, int group)
    {
        if (c.IsGiven("token_budget"))
            return [c.TokenBudget];
        if (resumed is int before)
            return [before];
        int first = (group + BudgetStep - 1) / BudgetStep, count = Math.Max(0, LargestBudget / BudgetStep - first + 1);
        return [group, .. Enumerable.Range(first, count).Select(i => i * BudgetStep)];
    }

    /// <summary>Tokens of each record in a pack; all of them are read.</summary>
    private static int[] Lengths(IReadOnlyList<EncodedRecord> records, Packer packer, IRunLog log, CancellationToken cancellation)
    {
        int[] tokens = new int[records.Count];
        return log.Track("lengths for max_memory", "records", tokens.Length, 0, progress =>
        {
            for (int i = 0; i < tokens.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                tokens[i] = packer.TokensOf(records[i]);
                if (i % 1000 == 999)
                    progress.Report(i + 1, "");
            }
            return tokens;
        });
    }

    /// <summary>
    /// The most tokens of a micro-batch, and the most that a rank packs together: those, or all of a step's. Of long runs only the steps
    /// that read the first <see cref="MostRead"/> records are looked at.
    /// </summary>
    private static (int MicroBatch, int Together) TokensTogether(RunConfiguration c, StepPlan steps, int[] tokensOf, int ranks)
    {
        (long largest, long together, long read) = (0, 0, 0);
        for (int number = 0; number < steps.TotalSteps && read < MostRead; number++)
        {
            long[] ofRank = new long[ranks];
            foreach (MicroBatch microBatch in steps.Step(number).MicroBatches)
            {
                long tokens = microBatch.Records.Sum(place => (long)tokensOf[place]);
                read += microBatch.Records.Count;
                largest = Math.Max(largest, tokens);
                ofRank[microBatch.Place % ranks] += tokens;
            }
            together = Math.Max(together, ofRank.Max());
        }
        if (c.GradientReduction == GradientReduction.Ordered)
            together = largest;
        return ((int)Math.Min(largest, int.MaxValue), (int)Math.Min(together, int.MaxValue));
    }

    private static double WeightBytes(Decoder decoder) =>
        decoder.WeightBytes + (decoder.Adapter is null ? 0 : decoder.TrainableParameters.Sum(p => BytesOf(p.Parameter)));

    /// <summary>Both moments in 32 bits, or in 8 with their scales; of an adapter also its gradients, which stay through a step.</summary>
    private static double MomentBytes(RunConfiguration c, Decoder decoder) => decoder.TrainableParameters.Sum(
        p => (c.MomentsIn8Bits && ParameterGroups.HasMomentsIn8Bits(p.Name, p.Parameter)
            ? AdamW8BitState.BytesPerParameter * p.Parameter.numel() : 2 * BytesOf(p.Parameter))
            + (decoder.Adapter is null ? 0 : BytesOf(p.Parameter)));

    private static double SumBytes(RunConfiguration c, Decoder decoder, int ranks)
    {
        (double sums, double buffers) = GradientReducer.BytesOf(
            decoder.TrainableParameters.Sum(p => BytesOf(p.Parameter)), ranks, c.GradientAccumulationSteps, c.GradientReduction);
        return sums + buffers;
    }

    private static double BytesOf(torch.Tensor tensor) => (double)tensor.numel() * tensor.element_size();
}
