using System.Runtime.InteropServices;
using TraceFast.Training.Distributed;

namespace TraceFast.Training.Tests.Distributed;

/// <summary>native/distributed/tests/fake_nccl.cpp: NCCL on plain memory, whose ranks are threads.</summary>
internal static partial class FakeNccl
{
    public const int DefaultVersion = 22105;

    /// <summary>Of the library, whose state tests share, and of their collection.</summary>
    public const string Name = "tracefast_fake_nccl";

    public static string File { get; } = Path.Combine(AppContext.BaseDirectory, $"lib{Name}.so");

    /// <summary>An environment that names a library.</summary>
    public static Func<string, string?> Naming(string? file) => name => name == NcclLibrary.Variable ? file : null;

    public static NcclLibrary Load() => NcclLibrary.Find(Naming(File)).Library!;

    /// <summary>What is wrong with a call from now on; "async" for what was queued. Null: nothing is.</summary>
    /// <param name="rank">-1: all.</param>
    [LibraryImport(Name, EntryPoint = "fake_nccl_fail", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void Fail(string? function, int rank, int result);

    [LibraryImport(Name, EntryPoint = "fake_nccl_version")]
    public static partial void ClaimVersion(int version);

    /// <summary>How often a function was called.</summary>
    [LibraryImport(Name, EntryPoint = "fake_nccl_calls", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Calls(string function);
}
