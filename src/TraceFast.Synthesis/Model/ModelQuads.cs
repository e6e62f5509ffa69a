using TraceFast.Constraints;
using TraceFast.Endpoint.Asking;
using TraceFast.Endpoint;

namespace TraceFast.Synthesis.Model;

/// <summary>Quads with a model (<see cref="QuadPipeline"/>): many under way at once, yielded in the order of their numbers, so that the same answers give the same file.</summary>
/// <param name="read">Plain instructions, at least one; gets the counts of what it leaves out.</param>
/// <param name="writer">The model that expands and answers.</param>
/// <param name="judge">The model that judges; may be the same.</param>
/// <param name="options">Numbers and seed.</param>
public sealed class ModelQuads(Func<DropCounts, IReadOnlyList<ModelSeed>> read, StructuredChat writer, StructuredChat judge, ModelQuadOptions options) : IQuadMaker
{
    public string Source => "model";

    /// <exception cref="ConstraintException">No seeds, or options that can not be.</exception>
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
