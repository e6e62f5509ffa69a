using TraceFast.Training.Reference;

namespace TraceFast.Training.Tests.Reference;

public sealed class ReferenceFileTests : IDisposable
{
    private static readonly string s_key = new('a', 64);
    private static readonly double[] s_values = [-1.5, -Math.PI, 0, -1e300];
    private readonly string _path = Path.Combine(
        Directory.CreateTempSubdirectory("tracefast-reference-").FullName, "inner", "reference.bin");

    [Fact]
    public void Values_come_back_to_the_bit()
    {
        ReferenceFile.Write(_path, s_key, s_values);
        Assert.Equal(s_values, ReferenceFile.Read(_path, s_key, 4, out string? reason));
        Assert.Null(reason);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(_path)!));
    }

    [Fact]
    public void No_flipped_bit_and_no_cut_is_valid()
    {
        ReferenceFile.Write(_path, s_key, s_values);
        byte[] good = File.ReadAllBytes(_path);
        for (int bit = 0; bit < good.Length * 8; bit++)
        {
            byte[] bad = [.. good];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(_path, bad);
            Assert.Null(ReferenceFile.Read(_path, s_key, 4, out string? reason));
            Assert.NotNull(reason);
        }

        for (int length = 0; length < good.Length; length++)
        {
            File.WriteAllBytes(_path, good[..length]);
            Assert.Null(ReferenceFile.Read(_path, s_key, 4, out string? reason));
            Assert.NotNull(reason);
        }
    }

    [Fact]
    public void Another_key_or_count_is_not_valid_and_no_file_has_no_reason()
    {
        ReferenceFile.Write(_path, s_key, s_values);
        Assert.Null(ReferenceFile.Read(_path, new string('b', 64), 4, out string? foreign));
        Assert.NotNull(foreign);
        Assert.Null(ReferenceFile.Read(_path, s_key, 5, out string? shorter));
        Assert.NotNull(shorter);
        Assert.Null(ReferenceFile.Read(_path + "x", s_key, 4, out string? absent));
        Assert.Null(absent);
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(Path.GetDirectoryName(_path))!, recursive: true);
}
