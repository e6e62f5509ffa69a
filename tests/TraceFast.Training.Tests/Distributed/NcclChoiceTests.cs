using TraceFast.Training.Distributed;

namespace TraceFast.Training.Tests.Distributed;

/// <summary>Whether gradients go over NCCL, and what the user reads of it.</summary>
[Collection(FakeNccl.Name)]
public sealed class NcclChoiceTests : IDisposable
{
    private const string Missing = "libno_such_nccl.so.2";

    /// <summary>Its name alone: torch.CUDA asks for a card.</summary>
    private static readonly torch.Device s_gpu = new(DeviceType.CUDA);

    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        FakeNccl.ClaimVersion(FakeNccl.DefaultVersion);
        _folder.Dispose();
    }

    [Fact]
    public void Ranks_that_have_NCCL_use_it() =>
        Assert.All(
            Open(3, _ => FakeNccl.File), o => Assert.Equal(("NcclCollectives", "gradients are exchanged between GPUs by NCCL 2.21.5"), o));

    [Fact]
    public void Ranks_without_NCCL_say_what_they_use_and_what_to_install() => Assert.All(
        Open(2, _ => null),
        o => Assert.Equal(
            ("HostCollectives",
                $"gradients are exchanged over MPI and host memory, not between GPUs: there is no {Missing} ({NcclLibrary.Install})"),
            o));

    [Fact]
    public void A_rank_without_NCCL_is_named_and_all_do_without() => Assert.All(
        Open(4, rank => rank is 1 or 3 ? null : FakeNccl.File),
        o =>
        {
            Assert.Equal("HostCollectives", o.Type);
            Assert.Contains($"rank 1, 3: there is no {Missing}", o.Line, StringComparison.Ordinal);
        });

    [Fact]
    public void NCCL_can_be_declined() => Assert.All(
        Open(2, _ => "none"),
        o => Assert.Equal(
            ("HostCollectives", "gradients are exchanged over MPI and host memory, not between GPUs: TRACEFAST_NCCL is none"), o));

    [Fact]
    public void A_rank_on_the_processor_is_named() => Assert.All(
        Open(2, _ => FakeNccl.File, rank => rank == 1 ? torch.CPU : s_gpu),
        o =>
        {
            Assert.Equal("HostCollectives", o.Type);
            Assert.Contains("rank 1: its gradients are in host memory", o.Line, StringComparison.Ordinal);
        });

    [Fact]
    public void Ranks_on_the_processor_have_no_use_for_it() =>
        Assert.All(Open(2, _ => FakeNccl.File, _ => torch.CPU), o => Assert.Equal(("HostCollectives", ""), o));

    [Fact]
    public void Several_versions_are_refused()
    {
        string other = _folder["libnccl.so.2"];
        File.Copy(FakeNccl.File, other); // a library of its own
        FakeNccl.ClaimVersion(21800);
        NcclException e = Assert.Throws<NcclException>(() => Open(3, rank => rank == 1 ? other : FakeNccl.File));
        Assert.Contains("(rank 0, 2: NCCL 2.18.0; rank 1: NCCL 2.21.5)", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2604, "2.6.4")]
    [InlineData(1309, "1.3.9")]
    public void An_old_version_is_refused(int version, string name)
    {
        FakeNccl.ClaimVersion(version);
        NcclException e = Assert.Throws<NcclException>(FakeNccl.Load);
        Assert.Contains($"is NCCL {name}, and 2.7 or later is needed", e.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install libnccl2", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2700, "2.7.0")]
    [InlineData(2708, "2.7.8")]
    [InlineData(20906, "2.9.6")]
    [InlineData(22703, "2.27.3")]
    public void A_version_is_read(int version, string name)
    {
        FakeNccl.ClaimVersion(version);
        Assert.Equal(Version.Parse(name), FakeNccl.Load().Version);
    }

    [Theory]
    [InlineData("/no/such/libnccl.so.2", "TRACEFAST_NCCL is /no/such/libnccl.so.2, which cannot be loaded as a library")]
    [InlineData("libm.so.6", "libm.so.6 has no ncclGetErrorString: it is not NCCL 2.7 or later")]
    public void A_file_that_is_no_NCCL_is_refused(string file, string message) => Assert.StartsWith(
        message, Assert.Throws<NcclException>(() => NcclLibrary.Find(FakeNccl.Naming(file))).Message, StringComparison.Ordinal);

    // What each rank opens, and what it logs.
    private static (string Type, string Line)[] Open(int ranks, Func<int, string?> file, Func<int, torch.Device>? device = null) =>
        ThreadCommunicator.Run(ranks, rank =>
        {
            string lines = "";
            using ICollectives collectives = ICollectives.Open(
                rank, device?.Invoke(rank.Rank) ?? s_gpu, FakeNccl.Naming(file(rank.Rank)), line => lines += line, Missing);
            collectives.Complete();
            return (collectives.GetType().Name, lines);
        });
}
