using TraceFast.Constraints;
using TraceFast.Data;
using TraceFast.Endpoint.Asking;
using TraceFast.Synthesis.FromResponses;

namespace TraceFast.Synthesis.Model;

/// <summary>
/// Quads with a model (<see cref="QuadPipeline"/>): many under way at once, yielded in the order of their numbers, so that the same answers
/// give the same file.
/// </summary>
/// <param name="read">Plain instructions, at least one; gets the counts of what it leaves out.</param>
/// <param name="writer">The model that expands and answers.</param>
/// <param name="judge">The model that judges; may be the same.</param>
/// <param name="options">Numbers and seed.</param>
public sealed class ModelQuads(
    Func<DropCounts, IReadOnlyList<ModelSeed>> read, StructuredChat writer, StructuredChat judge, ModelQuadOptions options)
    : IQuadGenerator
{
    public string Source => "model";

    /// <exception cref="ConstraintException">No seeds, or invalid options.</exception>
    /// <exception cref="Endpoint.EndpointException">The endpoint answers nobody; what was answered is in its cache.</exception>
    public IEnumerable<Quad> Make(DropCounts drops, CancellationToken cancellation)
    {
        options.Validate();
        IReadOnlyList<ModelSeed> seeds = read(drops);
        if (seeds.Count == 0)
            throw new ConstraintException("there is no instruction to expand: records of one turn in English or Chinese are");
        return Run(seeds, drops, cancellation);
    }

    private IEnumerable<Quad> Run(IReadOnlyList<ModelSeed> seeds, DropCounts drops, CancellationToken cancellation)
    {
        QuadPipeline pipeline = new(writer, judge, options);
        int count = options.Count ?? seeds.Count;
        Queue<Task<(Quad? Quad, DropReason Drop)>> underWay = [];
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            for (int next = 0; next < count || underWay.Count > 0;)
            {
                while (next < count && underWay.Count < options.AtOnce)
                {
                    long index = next++;
                    underWay.Enqueue(Task.Run(() => pipeline.MakeAsync(seeds[(int)(index % seeds.Count)], index, stop.Token), stop.Token));
                }

                (Quad? quad, DropReason drop) = underWay.Dequeue().GetAwaiter().GetResult();
                if (quad is null)
                    drops.Add(drop);
                else
                    yield return quad;
            }
        }
        finally
        {
            // Tasks left hold the endpoint, which its owner may close as soon as this has ended.
            stop.Cancel();
            try
            {
                Task.WaitAll([.. underWay], CancellationToken.None);
            }
            catch (AggregateException)
            {
                // What ended the run is on its way already.
            }
        }
    }
}

/// <summary>How quads are made with a model.</summary>
public sealed record ModelQuadOptions
{
    /// <summary>Samples numbers, kinds, exact constraints and templates.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>Quads that are tried; seeds are gone through again with other samples. Null: one for each seed.</summary>
    public int? Count { get; init; }

    /// <summary>Least number of constraints of an instruction.</summary>
    public int LeastConstraints { get; init; } = 1;

    /// <summary>Greatest number of constraints of an instruction (the paper: 15).</summary>
    public int MostConstraints { get; init; } = 15;

    /// <summary>Greatest number of exact ones among them; there is one at least.</summary>
    public int MostExact { get; init; } = 3;

    /// <summary>Answers that are sampled for an instruction until one obeys it.</summary>
    public int Tries { get; init; } = 4;

    /// <summary>Sampling temperature of expansions and answers; judgements are taken at 0.</summary>
    public double Temperature { get; init; } = 0.7;

    /// <summary>Quads under way at once.</summary>
    public int AtOnce { get; init; } = 8;

    /// <exception cref="ConstraintException">Invalid numbers.</exception>
    internal void Validate()
    {
        if (LeastConstraints < 1 || MostConstraints < LeastConstraints || MostConstraints > 50)
            throw new ConstraintException($"an instruction has from 1 to 50 constraints, not {LeastConstraints} to {MostConstraints}");
        if (MostExact < 1 || Tries < 1 || AtOnce < 1 || Count < 0)
            throw new ConstraintException("the numbers of exact constraints, tries and quads under way must be at least 1");
    }
}

/// <summary>A plain instruction that a model expands.</summary>
/// <param name="Text">The instruction.</param>
/// <param name="Language">Its language, and that of the quad.</param>
/// <param name="Origin">"file:line".</param>
public sealed record ModelSeed(string Text, Language Language, string Origin)
{
    /// <summary>The instructions of SFT records: of each the user's only turn.</summary>
    /// <param name="drops">Gets the records that have several turns, or are in neither language.</param>
    public static IReadOnlyList<ModelSeed> Of(IEnumerable<SftRecord> records, DropCounts drops)
    {
        List<ModelSeed> seeds = [];
        foreach (SftRecord record in records)
        {
            if (record.Conversation is not [{ Role: Role.User, Content: var prompt }, { Role: Role.Assistant }])
                drops.Add(DropReason.NotOneTurn);
            else if (record.Variables is not null || record.Messages.Any(m => m.Thought is not null))
                drops.Add(DropReason.BesideText);
            else if (Exchange.LanguageOf(prompt) is not { } language)
                drops.Add(DropReason.UnsoundAnswer);
            else
                seeds.Add(new ModelSeed(prompt, language, record.Origin.ToString()));
        }

        return seeds;
    }
}
