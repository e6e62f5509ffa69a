using System.IO.MemoryMappedFiles;

namespace TraceFast.Kernels.Tests.Libtorch;

public sealed class MappedTensorTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public MappedTensorTests() =>
        File.WriteAllBytes(_file, System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>([1, 2, 3, 4, 5, 6, 7, 8]).ToArray());

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void A_tensor_reads_the_file_and_outlives_its_owner()
    {
        torch.Tensor view;
        using (MemoryMappedFile map = MemoryMappedFile.CreateFromFile(_file, FileMode.Open, null, 0, MemoryMappedFileAccess.CopyOnWrite))
        using (MemoryMappedViewAccessor part = map.CreateViewAccessor(0, 32, MemoryMappedFileAccess.CopyOnWrite))
        using (torch.Tensor whole = MappedTensor.Over(part.SafeMemoryMappedViewHandle, 8, [2, 3], torch.float32))
        {
            Assert.Equal(part.SafeMemoryMappedViewHandle.DangerousGetHandle() + 8, Address(whole));
            view = whole.t();
        }
        Assert.Equal([3f, 6, 4, 7, 5, 8], view.data<float>().ToArray());
        view.add_(1); // the mapping is private: the file keeps its numbers
        Assert.Equal(39, view.sum().item<float>());
        view.Dispose();
        Assert.Equal(3f, BitConverter.ToSingle(File.ReadAllBytes(_file), 8));
    }

    [Fact]
    public void The_mapping_ends_with_the_last_tensor()
    {
        using MemoryMappedFile map = MemoryMappedFile.CreateFromFile(_file, FileMode.Open, null, 0, MemoryMappedFileAccess.CopyOnWrite);
        MemoryMappedViewAccessor part = map.CreateViewAccessor(0, 32, MemoryMappedFileAccess.CopyOnWrite);
        using Microsoft.Win32.SafeHandles.SafeMemoryMappedViewHandle handle = part.SafeMemoryMappedViewHandle;
        torch.Tensor x = MappedTensor.Over(handle, 0, [8], torch.float32);
        part.Dispose();
        Assert.Contains(Path.GetFileName(_file), File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
        x.Dispose();
        Assert.DoesNotContain(Path.GetFileName(_file), File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_that_are_not_there_are_refused()
    {
        using MemoryMappedFile map = MemoryMappedFile.CreateFromFile(_file, FileMode.Open, null, 0, MemoryMappedFileAccess.CopyOnWrite);
        using MemoryMappedViewAccessor part = map.CreateViewAccessor(0, 32, MemoryMappedFileAccess.CopyOnWrite);
        Microsoft.Win32.SafeHandles.SafeMemoryMappedViewHandle memory = part.SafeMemoryMappedViewHandle;
        long beyond = (long)memory.ByteLength; // the view is rounded up to a page
        Assert.Throws<ArgumentException>(() => MappedTensor.Over(memory, beyond - 4, [2], torch.float32));
        Assert.Throws<ArgumentException>(() => MappedTensor.Over(memory, -4, [2], torch.float32));
        Assert.Throws<ArgumentException>(() => MappedTensor.Over(memory, 2, [2], torch.float32));
        Assert.Throws<ArgumentOutOfRangeException>(() => MappedTensor.Over(memory, 0, [-1], torch.float32));
        Assert.Throws<OverflowException>(() => MappedTensor.Over(memory, 0, [long.MaxValue, 4], torch.float32));
        using torch.Tensor none = MappedTensor.Over(memory, 0, [0, 3], torch.bfloat16);
        Assert.Equal(0, none.numel());
    }

    [Fact]
    public void Determinism_is_a_switch()
    {
        Assert.False(Determinism.Required);
        Determinism.Required = true;
        Assert.True(Determinism.Required);
        Determinism.Required = false;
    }

    private static nint Address(torch.Tensor t)
    {
        unsafe
        {
            fixed (byte* p = t.bytes)
                return (nint)p;
        }
    }
}
