namespace TraceFast.Kernels.Tests.Libtorch;

/// <summary>Classes whose tests measure what the whole process does: its threads, its time, its live tensors. None runs beside another.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessTests
{
    public const string Name = "whole process";
}
