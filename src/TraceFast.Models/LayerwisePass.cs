using TraceFast.Data;
using TraceFast.Kernels.TreeAttention;
using TraceFast.Models.Layers;

namespace TraceFast.Models;

/// <summary>
/// A forward pass over several sequences, one layer at a time, in which a caller may look at what enters the matrices of a layer and put
/// others in their place: what rounding a model's weights layer by layer needs. Without gradients; float32 decoders on the CPU.
/// </summary>
public sealed class LayerwisePass : IDisposable
{
    private readonly Decoder _decoder;
    private readonly ForwardContext[] _contexts;
    private readonly bool _ownsContexts;
    private readonly torch.Tensor[] _states;

    private LayerwisePass(Decoder decoder, ForwardContext[] contexts, bool ownsContexts, torch.Tensor[] states, int layer)
    {
        _decoder = decoder;
        _contexts = contexts;
        _ownsContexts = ownsContexts;
        _states = states;
        Layer = layer;
    }

    /// <summary>The layer that comes next; the number of layers once all are done.</summary>
    public int Layer { get; private set; }

    /// <summary>Embeds the sequences; the adapter attached to the decoder is in force.</summary>
    /// <param name="decoder">Stays the caller's, and must outlive the pass.</param>
    /// <param name="sequences">Token ids, each from position 0.</param>
    public static LayerwisePass Begin(Decoder decoder, IReadOnlyList<int[]> sequences)
    {
        if (decoder.Options.ComputeDtype != torch.ScalarType.Float32)
            throw new InputException($"compute dtype: found {decoder.Options.ComputeDtype}, expected float32");
        using IDisposable _ = torch.no_grad();
        using DisposeScope scope = torch.NewDisposeScope();
        ForwardContext[] contexts = new ForwardContext[sequences.Count];
        torch.Tensor[] states = new torch.Tensor[sequences.Count];
        for (int i = 0; i < sequences.Count; i++)
        {
            torch.Tensor tokens = torch.tensor(Array.ConvertAll(sequences[i], t => (long)t));
            contexts[i] = decoder.Prepare(tokens, TreeLayout.Sequence(sequences[i].Length));
            foreach (RotaryTable table in contexts[i].Rotary)
            {
                table.Cos.DetachFromDisposeScope();
                table.Sin.DetachFromDisposeScope();
            }

            states[i] = decoder.Embed(tokens, contexts[i]).DetachFromDisposeScope();
        }

        return new LayerwisePass(decoder, contexts, ownsContexts: true, states, layer: 0);
    }

    /// <summary>A second pass that goes on from here; to be disposed of before this one.</summary>
    public LayerwisePass Fork()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return new LayerwisePass(
            _decoder, _contexts, ownsContexts: false, [.. _states.Select(s => s.alias().DetachFromDisposeScope())], Layer);
    }

    /// <summary>sum over tokens of x x^T, for what enters each matrix of the next layer.</summary>
    /// <param name="sequences">How many of the sequences count, from the first.</param>
    /// <returns>[inputs, inputs] float32 under each module's name; the caller's. Matrices with the same input share one tensor.</returns>
    public IReadOnlyDictionary<string, torch.Tensor> Observe(int sequences)
    {
        using IDisposable _ = torch.no_grad();
        using DisposeScope scope = torch.NewDisposeScope();
        Dictionary<string, torch.Tensor> grams = new(StringComparer.Ordinal);
        for (int i = 0; i < sequences; i++)
        {
            using DisposeScope inner = torch.NewDisposeScope();
            (torch.Tensor? Input, torch.Tensor? Gram) last = default;
            _decoder.Layers[Layer].Forward(_states[i], _contexts[i] with
            {
                Observer = (module, x) =>
                {
                    if (grams.TryGetValue(module, out torch.Tensor? gram))
                    {
                        // q, k and v see one input, and their sums are one tensor: it grows once.
                        if (!ReferenceEquals(last.Gram, gram))
                            gram.add_(torch.matmul(x.t(), x));
                    }
                    else
                    {
                        gram = ReferenceEquals(last.Input, x) ? last.Gram! : torch.matmul(x.t(), x).DetachFromDisposeScope();
                        grams.Add(module, gram);
                    }

                    last = (x, gram);
                },
            });
        }

        return grams;
    }

    /// <summary>Computes the next layer.</summary>
    /// <param name="weights">Weights that take the place of the model's, by their names; an adapter's part is in them already where it is
    /// merged.</param>
    /// <param name="merged">Whether they have the adapter's matrices in them, which are then not added again.</param>
    public void Advance(IReadOnlyDictionary<string, torch.Tensor> weights, bool merged)
    {
        using IDisposable _ = torch.no_grad();
        for (int i = 0; i < _states.Length; i++)
        {
            torch.Tensor next = _decoder.Layers[Layer]
                .Forward(_states[i], _contexts[i] with { Replaced = weights, ReplacedAreMerged = merged })
                .DetachFromDisposeScope();
            _states[i].Dispose();
            _states[i] = next;
        }

        Layer++;
    }

    /// <summary>Computes all layers that are left, as the model has them.</summary>
    public void Finish()
    {
        while (Layer < _decoder.Layers.Count)
            Advance(new Dictionary<string, torch.Tensor>(), merged: false);
    }

    /// <summary>What enters the head, once all layers are done: [tokens, hidden] after the final norm; the caller's.</summary>
    public torch.Tensor Hidden(int sequence)
    {
        if (Layer < _decoder.Layers.Count)
            throw new InvalidOperationException($"layer {Layer} of {_decoder.Layers.Count} comes next");
        using IDisposable _ = torch.no_grad();
        return _decoder.FinalNorm(_states[sequence], _contexts[sequence]).DetachFromDisposeScope();
    }

    /// <summary>Logits [tokens, vocabulary] of hidden states, once all layers are done; the caller's.</summary>
    /// <param name="hidden">[tokens, hidden], rows of <see cref="Hidden"/>.</param>
    /// <param name="head">A matrix in the head's place; null: the model's.</param>
    /// <param name="merged">Whether it has the adapter's matrices in it.</param>
    public torch.Tensor Logits(torch.Tensor hidden, torch.Tensor? head, bool merged)
    {
        using IDisposable _ = torch.no_grad();
        return (head is null ? _decoder.Logits(hidden) : _decoder.Logits(hidden, head, merged)).DetachFromDisposeScope();
    }

    public void Dispose()
    {
        foreach (torch.Tensor state in _states)
            state.Dispose();
        if (!_ownsContexts)
            return;
        foreach (ForwardContext context in _contexts)
        {
            context.Layout.Dispose();
            foreach (RotaryTable table in context.Rotary)
            {
                table.Cos.Dispose();
                table.Sin.Dispose();
            }
        }
    }
}
