export { partners } from './partners.ts'
export { sellerOf, type SellerParts } from './seller.ts'
