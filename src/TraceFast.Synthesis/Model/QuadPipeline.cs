using TraceFast.Constraints.Types;
using TraceFast.Constraints.Templates;
using System.Globalization;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Recognition;
using TraceFast.Endpoint;
using TraceFast.Endpoint.Asking;

namespace TraceFast.Synthesis.Model;

/// <summary>
/// One quad, as the paper's pipeline makes its data (arXiv 2411.06208, section 3): a plain instruction is expanded and structured, the
/// instruction judged, answers sampled, and only one kept that obeys everything: exact constraints by program, all others and the task
/// itself by the judge. x2 is x1 with exact constraints contradicted.
/// </summary>
/// <param name="writer">Expands and answers.</param>
/// <param name="judge">Judges instructions and answers.</param>
/// <param name="options">Numbers and seed.</param>
internal sealed class QuadPipeline(StructuredChat writer, StructuredChat judge, ModelQuadOptions options)
{
    private static readonly ResponseFormat<string> s_anyText =
        new(text => text.Trim() is { Length: > 0 } said ? said : null, "a text that is not empty");

    /// <summary>The quad; or why there is none.</summary>
    public async Task<(Quad? Quad, DropReason Drop)> MakeAsync(ModelSeed seed, long index, CancellationToken cancel)
    {
        SeededRandom random = SeededRandom.Split(options.Seed, (ulong)index);
        int count = random.Between(options.LeastConstraints, options.MostConstraints);
        int exact = random.Between(1, Math.Min(options.MostExact, count));
        JudgedType[] kinds = Kinds(count - exact, random);
        if (await ExpandAsync(seed, kinds, index, cancel).ConfigureAwait(false) is not { } expansion)
            return (null, DropReason.NoForm);

        StatedConstraint[] judged = [.. kinds.Select((k, i) => JudgedLine.Of(k, expansion.Constraints[i]))];
        // What the model words so that a program understands it as a whole is checked by program, in both instructions.
        Constraint?[] understood =
            [.. judged.Select(j => ConstraintRecognizer.Recognize(j.Text, expansion.Description) is { IsWhole: true, Found: [var only] }
            ? only.Constraint : null)];
        StatedConstraint[] shared = [.. judged.Select((j, i) => understood[i] is { } c ? new StatedConstraint(c, j.Text) : j)];
        Constraint[] taken = [.. understood.OfType<Constraint>()];
        if (ExactConstraints.Of(exact, taken,
            new SamplingContext(random, seed.Language, expansion.Words, expansion.OtherWords)) is not { } sample)
            return (null, DropReason.NoContrast);

        (string x1, StatedConstraint[] own1, string x2, StatedConstraint[] own2) = Write(expansion, shared, sample, seed.Language, random);
        if (!await IsGoodAsync(x1, cancel).ConfigureAwait(false) || !await IsGoodAsync(x2, cancel).ConfigureAwait(false))
            return (null, DropReason.BadInstruction);
        StatedConstraint[] open = [.. shared.Where(s => !s.Constraint.Type.IsRuleChecked)];
        (string? y1, DropReason drop) = await AnswerAsync(x1, expansion.Description, own1, open, cancel).ConfigureAwait(false);
        if (y1 is null)
            return (null, drop);
        (string? y2, drop) = await AnswerAsync(x2, expansion.Description, own2, open, cancel).ConfigureAwait(false);
        if (y2 is null)
            return (null, drop);
        return (new Quad(x1, y1, x2, y2, own1, own2) { Language = seed.Language, Unchecked = open, Source = "model", Origin = seed.Origin,
            Seed = options.Seed, Index = index }, default);
    }

    /// <summary>Kinds in a sampled order, each as often as the others up to one.</summary>
    private static JudgedType[] Kinds(int count, SeededRandom random)
    {
        List<JudgedType> sampled = [];
        while (sampled.Count < count)
        {
            JudgedType[] round = [.. JudgedLine.Types];
            random.Shuffle(round);
            sampled.AddRange(round);
        }

        return [.. sampled.Take(count)];
    }

    private async Task<Expansion?> ExpandAsync(ModelSeed seed, JudgedType[] kinds, long index, CancellationToken cancel)
    {
        string listed = string.Join('\n',
            kinds.Select((k, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 1}. {k.Category.Name}")));
        string prompt = writer.Prompts.Get(QuadPrompts.Expand).Fill(
            ("instruction", seed.Text), ("language", seed.Language == Language.Chinese ? "Chinese" : "English"),
                ("kinds", listed.Length > 0 ? listed : "(none: an empty list)"),
            ("count", kinds.Length.ToString(CultureInfo.InvariantCulture)));
        ChatRequest request = ChatRequest.Of(prompt) with { Temperature = options.Temperature, SampleIndex = (int)(index % int.MaxValue) };
        return (await writer.AskAsync(request, Expansion.Form(kinds.Length), cancel).ConfigureAwait(false)).Value;
    }

    /// <summary>Both instructions: the same lines in the same order, but for the exact constraints that differ.</summary>
    private static (string X1, StatedConstraint[] Own1, string X2, StatedConstraint[] Own2) Write(Expansion expansion,
        StatedConstraint[] shared, ExactConstraints sample, Language language, SeededRandom random)
    {
        StatedConstraint[] first = [.. sample.First.Select(c => State(c, language, random))];
        StatedConstraint[] second = [.. sample.Second.Select((c, i) => c.Equals(sample.First[i]) ? first[i] : State(c, language, random))];
        int[] order = [.. Enumerable.Range(0, shared.Length + first.Length)];
        random.Shuffle(order);
        StatedConstraint[] lines1 = [.. order.Select(i => i < shared.Length ? shared[i] : first[i - shared.Length])];
        StatedConstraint[] lines2 = [.. order.Select(i => i < shared.Length ? shared[i] : second[i - shared.Length])];
        return (
            TraceInstruction.Write(expansion.Description, [.. lines1.Select(l => l.Text)], expansion.Input),
                [.. lines1.Where(l => l.Constraint.Type.IsRuleChecked)],
            TraceInstruction.Write(expansion.Description, [.. lines2.Select(l => l.Text)], expansion.Input),
                [.. lines2.Where(l => l.Constraint.Type.IsRuleChecked)]);
    }

    private static StatedConstraint State(Constraint constraint, Language language, SeededRandom random) =>
        new(constraint, random.Pick(Statements.Fitting(constraint, language)).Render(constraint)!);

    private async Task<bool> IsGoodAsync(string instruction, CancellationToken cancel)
    {
        string prompt = judge.Prompts.Get(QuadPrompts.CheckInstruction).Fill(("instruction", instruction));
        return (await judge.AskAsync(prompt, VerdictFormats.One, cancel).ConfigureAwait(false)).Value is { } verdicts && verdicts.Obeyed[0];
    }

    /// <summary>The first of several samples that obeys everything.</summary>
    private async Task<(string? Answer, DropReason Drop)> AnswerAsync(string instruction, string task, StatedConstraint[] exact,
        StatedConstraint[] open, CancellationToken cancel)
    {
        DropReason drop = DropReason.NoForm;
        for (int sample = 0; sample < options.Tries; sample++)
        {
            ChatRequest request = ChatRequest.Of(instruction) with { Temperature = options.Temperature, SampleIndex = sample };
            if ((await writer.AskAsync(request, s_anyText, cancel).ConfigureAwait(false)).Value is not { } answer)
                continue;
            drop = DropReason.NotWritten;
            Response response = new(answer);
            if (!exact.All(c => c.Constraint.Check(response).IsObeyed))
                continue;
            drop = DropReason.Rejected;
            if (await ObeysAsync(instruction, task, open, answer, cancel).ConfigureAwait(false))
                return (answer, default);
        }

        return (null, drop);
    }

    private async Task<bool> ObeysAsync(string instruction, string task, StatedConstraint[] open, string answer, CancellationToken cancel)
    {
        string[] demands = [$"The response does the task: {task}", .. open.Select(o => o.Text)];
        ParsedResponse<Verdicts> verdicts = await DemandCheck.AskAsync(judge, instruction, demands, answer, cancel).ConfigureAwait(false);
        return verdicts.Value is { } decided && decided.Obeyed.All(o => o);
    }
}
