using System.Diagnostics.CodeAnalysis;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using TraceFast.Data;
using TraceFast.Kernels.Libtorch;

namespace TraceFast.Models.Files;

/// <summary>
/// A safetensors file, mapped into memory: tensors are loaded without a copy and keep the map alive as long as they live.
/// </summary>
public sealed partial class SafetensorsFile : IDisposable
{
    private const int AdviseDontNeed = 4;

    private readonly SafetensorsTensor[] _tensors;
    private readonly MemoryMappedViewAccessor _view;

    private SafetensorsFile(string path, SafetensorsHeader header, MemoryMappedViewAccessor view)
    {
        Path = path;
        _tensors = header.Tensors;
        Metadata = header.Metadata;
        _view = view;
    }

    public string Path { get; }

    /// <summary>In ordinal order of their names.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors => _tensors;

    /// <summary>The texts under __metadata__.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <exception cref="ModelFileException">The file is absent, or breaks a rule of the format.</exception>
    public static SafetensorsFile Open(string path)
    {
        InputFile.RequireRegular(path);
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            long size = stream.Length;
            if (size < SafetensorsHeader.PrefixBytes)
                throw new ModelFileException(
                    path, $"found {size} bytes, expected a safetensors file (at least {SafetensorsHeader.PrefixBytes} bytes of header "
                        + "length); the file is truncated");
            using MemoryMappedFile map = MemoryMappedFile.CreateFromFile(
                stream, null, 0, MemoryMappedFileAccess.CopyOnWrite, HandleInheritability.None, leaveOpen: true);
            MemoryMappedViewAccessor view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.CopyOnWrite);
            try
            {
                return new SafetensorsFile(path, SafetensorsHeader.Read(path, view.SafeMemoryMappedViewHandle, size), view);
            }
            catch
            {
                view.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(
                path, e is FileNotFoundException or DirectoryNotFoundException ? "the file is missing" : $"cannot be read: {e.Message}", e);
        }
    }

    public bool TryGet(string name, [NotNullWhen(true)] out SafetensorsTensor? tensor)
    {
        int at = Array.BinarySearch(
            _tensors, null, Comparer<SafetensorsTensor?>.Create((entry, _) => string.CompareOrdinal(entry!.Name, name)));
        tensor = at >= 0 ? _tensors[at] : null;
        return tensor != null;
    }

    /// <summary>The tensor over the mapped bytes, on the CPU. Data that are not aligned to their element are copied.</summary>
    /// <exception cref="ModelFileException">No tensor of that name.</exception>
    public torch.Tensor Load(string name)
    {
        if (!TryGet(name, out SafetensorsTensor? tensor))
            throw new ModelFileException(Path, $"tensor {ModelFileException.Quote(name)} is missing");
        if (tensor.ByteCount == 0)
            return torch.empty(tensor.Shape, dtype: tensor.DType);
        return tensor.Offset % SafetensorsTypes.Describe(tensor.DType).Size == 0
            ? MappedTensor.Over(_view.SafeMemoryMappedViewHandle, tensor.Offset, tensor.Shape, tensor.DType)
            : Copy(tensor);
    }

    /// <summary>
    /// Copies a tensor into another and gives its resident pages back, so that reading a file tensor by tensor takes no memory for the
    /// file.
    /// </summary>
    /// <param name="target">Of the same shape; another dtype or device is converted to.</param>
    /// <exception cref="ModelFileException">No tensor of that name.</exception>
    public void CopyTo(string name, torch.Tensor target)
    {
        using IDisposable _ = torch.no_grad();
        using (torch.Tensor mapped = Load(name))
            target.copy_(mapped);
        TryGet(name, out SafetensorsTensor? tensor);
        Release(tensor!);
    }

    /// <summary>Gives a tensor's resident pages back; they are read again when touched.</summary>
    internal void Release(SafetensorsTensor tensor)
    {
        if (!OperatingSystem.IsLinux())
            return;
        nint start = _view.SafeMemoryMappedViewHandle.DangerousGetHandle() + (nint)tensor.Offset;
        nint first = (start + Environment.SystemPageSize - 1) / Environment.SystemPageSize * Environment.SystemPageSize;
        nint end = (start + (nint)tensor.ByteCount) / Environment.SystemPageSize * Environment.SystemPageSize;
        if (end > first)
            _ = Advise(first, (nuint)(end - first), AdviseDontNeed);
    }

    /// <summary>Tensors loaded from the file stay valid.</summary>
    public void Dispose() => _view.Dispose();

    private torch.Tensor Copy(SafetensorsTensor tensor)
    {
        torch.Tensor copy = torch.empty(tensor.Shape, dtype: tensor.DType);
        _view.SafeMemoryMappedViewHandle.ReadSpan((ulong)tensor.Offset, copy.bytes);
        return copy;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
