async (order) => {
    // Within the click: copy first, while the page has the focus, then open the tab.
    if (!order || !order.text) return '';
    let said = order.copied;
    try {
        await navigator.clipboard.writeText(order.text);
    } catch {
        said = order.refused;
    }
    if (order.address) {
        const tab = window.open(order.address, '_blank');
        if (tab) tab.opener = null;
        said += tab ? order.opened : order.blocked;
    }
    return `<div role="status">${said}</div>`;
}
