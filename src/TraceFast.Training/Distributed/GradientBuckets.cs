using TraceFast.Kernels.Profiling;

namespace TraceFast.Training.Distributed;

/// <summary>
/// Sums of gradients over ranks that begin while the backward pass goes on, as in PyTorch's DistributedDataParallel (Li et al., VLDB 2020,
/// arXiv 2006.15704):
/// <code>
///   run        the parameters in the order in which a backward pass completes their gradients, then the flags       [P + tensors]
///   bucket     a part of the run, wherever it begins in a tensor
///   LayerDone  gradients that are complete ─► own; a bucket that is full begins: sum = Σ over ranks of own
///   Finish     what is left: parameters without a layer, gradients of a pass that has not come to its end
///   Wait       .grad = sum, a view
/// </code>
/// Every rank begins the same sums in the same order, also one without a micro-batch. Both runs are kept from step to step.
/// </summary>
internal sealed class GradientBuckets : IDisposable
{
    /// <summary>DistributedDataParallel's: the first bucket is smaller, so that the exchange begins early.</summary>
    internal const int FirstBucketBytes = 1 << 20, BucketBytes = 25 << 20;

    private readonly ICollectives _collectives;
    private readonly GradientRun _run;

    /// <summary>By place in the run, falling.</summary>
    private readonly int[] _completeAfter;
    private readonly bool[] _present;
    private readonly long _firstBucket, _bucket;
    private readonly List<PendingSum> _underWay = [];
    private readonly torch.Tensor _own, _sum;

    /// <summary>Parameters in <see cref="_own"/>, and numbers of it whose sum has begun.</summary>
    private int _complete;
    private long _begun;

    /// <param name="completeAfter">Of each parameter, the layer with whose backward pass its gradient is complete; -1: at the end.</param>
    /// <param name="bucketBytes">Of every bucket but the first and the last.</param>
    public GradientBuckets(
        IReadOnlyList<torch.Tensor> parameters, IReadOnlyList<int> completeAfter, ICollectives collectives, int bucketBytes)
    {
        _collectives = collectives;
        int[] order = [.. Enumerable.Range(0, parameters.Count).OrderByDescending(i => completeAfter[i])];
        _completeAfter = [.. order.Select(i => completeAfter[i])];
        _present = new bool[parameters.Count];
        _run = new GradientRun([.. order.Select(i => parameters[i])]);
        _bucket = Math.Max(1, bucketBytes / _run.Dtype.ElementSize());
        _firstBucket = Math.Min(_bucket, FirstBucketBytes / _run.Dtype.ElementSize());
        _own = torch.zeros(_run.Length, dtype: _run.Dtype, device: collectives.Device).DetachFromDisposeScope();
        _sum = torch.zeros(_run.Length, dtype: _run.Dtype, device: collectives.Device).DetachFromDisposeScope();
    }

    /// <summary>Begins a step: the sums of one that was given up are waited for.</summary>
    public void Begin()
    {
        AwaitSums();
        (_complete, _begun) = (0, 0);
    }

    /// <summary>The gradients of this layer and of all after it are complete, in the step's last backward pass.</summary>
    public void LayerDone(int layer) => Complete(layer);

    /// <summary>All gradients are complete, or will not be.</summary>
    public void Finish()
    {
        Complete(-1);
        using DisposeScope scope = torch.NewDisposeScope();
        _run.Of(_run.FlagsEntry, _own).copy_(torch.tensor(_present.Select(p => p ? 1.0 : 0).ToArray(), dtype: _run.Dtype));
        BeginUpTo(_run.Length);
    }

    /// <summary>Waits for the sums and makes them the parameters' gradients.</summary>
    public void Wait()
    {
        AwaitSums();
        bool[] present = GradientRun.Present(_run.Of(_run.FlagsEntry, _sum));
        _run.Put([.. _run.Parameters.Select((p, i) => present[i] ? _run.Of(i, _sum).view(p.shape).to(p.device) : null)]);
    }

    public void Dispose()
    {
        _own.Dispose();
        _sum.Dispose();
    }

    private void Complete(int layer)
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Communication, "gradients to buckets");
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGradient = torch.no_grad();
        for (; _complete < _completeAfter.Length && _completeAfter[_complete] >= layer; _complete++)
        {
            torch.Tensor parameter = _run.Parameters[_complete], target = _run.Of(_complete, _own);
            torch.Tensor? gradient = parameter.grad;
            parameter.grad = null;
            _present[_complete] = gradient is not null;
            if (gradient is null)
                target.zero_();
            else
                target.view(parameter.shape).copy_(gradient);
            gradient?.Dispose();
            BeginUpTo(_run.EndOf(_complete), fullOnly: true);
        }
        _collectives.CarryOn();
    }

    /// <summary>Begins the sums of the run's numbers up to a place: of full buckets only, or also of what is left of one.</summary>
    private void BeginUpTo(long end, bool fullOnly = false)
    {
        while (_begun < end)
        {
            long full = _begun == 0 ? _firstBucket : _bucket, count = Math.Min(full, end - _begun);
            if (fullOnly && count < full)
                return;
            using torch.Tensor own = _own.narrow(0, _begun, count), sum = _sum.narrow(0, _begun, count);
            _underWay.Add(_collectives.BeginAdd(own, sum));
            _begun += count;
        }
    }

    private void AwaitSums()
    {
        foreach (PendingSum sum in _underWay)
            sum.Wait();
        _underWay.Clear();
    }
}
