using System.Numerics;
using ILGPU;
using TraceFast.GpuKernels.Device;

namespace TraceFast.GpuKernels;

/// <summary>
/// adamw, one launch for many tensors of the same dtypes (multi-tensor). Grid: x over elements, y over tensors. Per tensor, the table has
/// <see cref="AddressColumns"/> numbers:
///
///     addresses  parameter, master (0: none), gradient, first moment, second moment, elements
///     factors    decay = 1 - lr * weight decay, step = lr / (1 - beta1^t), root = sqrt(1 - beta2^t)
///
///     theta &lt;- theta * decay;  m &lt;- m + (g - m)(1 - beta1);  v &lt;- v * beta2 + (1 - beta2) g^2
///     theta &lt;- theta - step * m / (sqrt(v) / root + eps)
///
/// theta is the master where there is one, and the parameter is then rounded from it.
/// </summary>
public static class AdamW
{
    public const int Threads = 256;
    public const int AddressColumns = 6;
    public const int FactorColumns = 3;

    public static unsafe void Step<TStored, TGradient, T, TElement, TGradientElement>(
        ArrayView<long> addresses, ArrayView<double> factors, double beta1, double beta2, double eps)
        where TStored : unmanaged
        where TGradient : unmanaged
        where T : unmanaged, INumber<T>
        where TElement : struct, IElement<TStored, T>
        where TGradientElement : struct, IElement<TGradient, T>
    {
        int tensor = Grid.IdxY;
        TStored* parameter = (TStored*)addresses[tensor * AddressColumns];
        long masterAddress = addresses[tensor * AddressColumns + 1];
        T* master = (T*)masterAddress;
        TGradient* gradient = (TGradient*)addresses[tensor * AddressColumns + 2];
        T* first = (T*)addresses[tensor * AddressColumns + 3];
        T* second = (T*)addresses[tensor * AddressColumns + 4];
        long count = addresses[tensor * AddressColumns + 5];
        T decay = TElement.From(factors[tensor * FactorColumns]);
        T step = TElement.From(factors[tensor * FactorColumns + 1]);
        T root = TElement.From(factors[tensor * FactorColumns + 2]);
        T rest1 = TElement.From(1.0 - beta1);
        T keep2 = TElement.From(beta2);
        T rest2 = TElement.From(1.0 - beta2);
        T epsilon = TElement.From(eps);
        long threads = (long)Grid.DimX * Group.DimX;
        for (long i = (long)Grid.IdxX * Group.DimX + Group.IdxX; i < count; i += threads)
        {
            T g = TGradientElement.Widen(gradient[i]);
            T theta;
            if (masterAddress != 0)
                theta = master[i];
            else
                theta = TElement.Widen(parameter[i]);
            T m = first[i];
            T v = second[i];
            theta *= decay;
            m += (g - m) * rest1;
            v = v * keep2 + rest2 * g * g;
            theta -= step * m / (TElement.Sqrt(v) / root + epsilon);
            first[i] = m;
            second[i] = v;
            if (masterAddress != 0)
                master[i] = theta;
            parameter[i] = TElement.Narrow(theta);
        }
    }
}
